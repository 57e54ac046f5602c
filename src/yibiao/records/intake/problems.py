"""What sheets refuse: a file, its columns, its cells, and an upload."""

from __future__ import annotations

from yibiao.core.problems import Rule

SHEET_NONE = Rule(
    "records.sheet.none",
    "没有选择文件。",
    "No file was chosen.",
    "请选择填好的 .xlsx 或 .csv 文件。",
    "Choose the .xlsx or .csv file that you filled in.",
)
SHEET_LARGE = Rule(
    "records.sheet.too-large",
    "文件超过上限（{limit}）。",
    "The file is larger than allowed ({limit}).",
    "请分成几个文件上传。",
    "Split it into several files.",
    413,
)
TEMPLATE_MANY = Rule(
    "records.template.too-many",
    "这里有 {count} 个，一张表最多 {limit} 行。",
    "There are {count} of them, and a sheet takes {limit} rows.",
    "请回到上传页面，分几份下载，或者只选一处的。",
    "Go back to the page of uploads, and take the template in parts or of one place.",
    413,
)
SHEET_FORMAT = Rule(
    "records.sheet.unreadable",
    "这个文件不是可用的 .xlsx 或 .csv 表格。",
    "The file is not a usable .xlsx or .csv sheet.",
    "请下载模板填写；旧的 .xls 请另存为 .xlsx，设了打开密码的请先取消密码。",
    "Fill in the template; save an old .xls as .xlsx first, and take a password off.",
)
SHEET_UNSAFE = Rule(
    "records.sheet.unsafe",
    "文件的内部结构不正常（解压后过大，或含有外部实体），为安全起见没有打开。",
    "The file is built in an unsafe way (it unpacks to too much, or holds entities) and was not opened.",
    "请用模板重新填写后上传。",
    "Fill in the template anew.",
)
SHEET_ENCODING = Rule(
    "records.sheet.encoding",
    "认不出文字编码。",
    "The text encoding is not recognised.",
    "请存为 UTF-8 或 GB18030（Excel 中的“CSV UTF-8”）。",
    "Save it as UTF-8 or GB18030 (“CSV UTF-8” in Excel).",
)
SHEET_EMPTY = Rule(
    "records.sheet.empty",
    "表中没有填写任何一行。",
    "The sheet has no row filled in.",
    "请从表头下面一行开始填写。",
    "Fill in rows below the header.",
)
SHEET_COLUMN = Rule(
    "records.sheet.column-unknown",
    "“{column}”不是这张表单的栏目。",
    "“{column}” is not a question of this form.",
    "请使用最新的模板，不要改动表头。",
    "Use the newest template and leave its header as it is.",
)
SHEET_TWICE = Rule(
    "records.sheet.column-twice",
    "栏目“{column}”出现了两次。",
    "The column “{column}” stands there twice.",
    "请删去其中一栏。",
    "Delete one of them.",
)
SHEET_MISSING = Rule(
    "records.sheet.column-missing",
    "缺少必填的栏目“{column}”。",
    "The required column “{column}” is missing.",
    "请使用最新的模板。",
    "Use the newest template.",
)
SHEET_HEADER = Rule(
    "records.sheet.header",
    "没有找到表头。",
    "No header was found.",
    "请下载模板，从模板填写。",
    "Download the template and start from it.",
)
SHEET_PARENT = Rule(
    "records.sheet.parent",
    "“所属行”写的“{row}”在主表中不存在。",
    "The main sheet has no row “{row}”.",
    "请填写主表的行号或编号。",
    "Give a row number or a number of the main sheet.",
)
CELL_CHOICE = Rule(
    "records.cell.choice",
    "“{text}”不在可选项中。",
    "“{text}” is not one of the choices.",
    "请从下拉列表中选择。",
    "Choose from the drop-down list.",
)
CELL_CHOICES = Rule(
    "records.cell.choices",
    "“{text}”不在可选项中。",
    "“{text}” is not one of the choices.",
    "请从这些中选择：{offered}。",
    "Choose from these: {offered_en}.",
)
CELL_MOMENT = Rule(
    "records.cell.moment",
    "“{text}”认不出是哪一天、什么时间。",
    "“{text}” is no date or time that can be read.",
    "请写全，例如 {example}。",
    "Write it in full, such as {example}.",
)
CELL_ROUNDED = Rule(
    "records.cell.rounded",
    "长编号被表格软件当成数字，末几位已经丢失，变成了“{text}”。",
    "The spreadsheet took a long number for a quantity and lost its last digits: “{text}”.",
    "请把这一栏设为“文本”格式，再重新填写完整的编号。",
    "Give the column the format “text”, then write the whole number again.",
)
CELL_NAME = Rule(
    "records.cell.name",
    "按“{text}”找到 {count} 个，无法确定是哪一个。",
    "“{text}” names {count} things, not one.",
    "请改填代码。",
    "Give the code instead.",
)
CELL_PLACE = Rule(
    "records.cell.place",
    "您填报的范围内没有叫“{text}”的地点；名称相近的有：{near}。",
    "No place where you file is called “{text}”; similar are: {near}.",
    "请填全名或 12 位代码。",
    "Give the whole name, or the code of 12 digits.",
)
CELL_FORMULA = Rule(
    "records.cell.formula",
    "单元格里的公式没有算出可用的值{text}。",
    "The formula in the cell has no usable value{text}.",
    "请改为直接填写数值。",
    "Write the value itself.",
)
CELL_ROW = Rule(
    "records.sheet.row-twice",
    "编号“{number}”在表中出现了两次，内容却不同。",
    "The number “{number}” stands there twice with different content.",
    "请改用不同的编号，或删去其中一行。",
    "Use different numbers, or delete one row.",
)
ROW_ALIKE = Rule(
    "records.sheet.row-alike",
    "第 {row} 行与第 {first} 行完全相同，会算作两件事。",
    "Row {row} says the same as row {first}; they count as two events.",
    "确是两件事，可以收下；是重复的，请删去一行再上传。",
    "Take them if they are two; if one is a repetition, delete it and upload the sheet again.",
)
SHEET_BAD_ROWS = Rule(
    "records.sheet.bad-rows",
    "表中有 {count} 行有误，因此没有收下任何一行。",
    "{count} rows have errors, so none was taken.",
    "请下载标注错误的副本，改好后重新上传；也可以选择“只收无误的行”。",
    "Download the marked copy, correct it and upload it again; or take the good rows only.",
)
UPLOAD_UNKNOWN = Rule(
    "records.upload.unknown",
    "这次上传已经过期、已经收下，或不是您上传的。",
    "This upload has expired, was taken already, or is not yours.",
    "请重新上传文件。",
    "Upload the file again.",
    404,
)

UPLOAD_BUSY = Rule(
    "records.upload.busy",
    "这次上传正在办理。",
    "This upload is being worked on.",
    "请等进度走完。",
    "Wait until it is done.",
    409,
)
