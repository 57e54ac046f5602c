// The widgets that our forms need; dates and times are the phone's own.
import Columns from "enketo-core/src/widget/columns/columns";
import Likert from "enketo-core/src/widget/select-likert/likertitem";
import Radio from "enketo-core/src/widget/radio/radiopicker";
import Range from "enketo-core/src/widget/range/range-widget";
import Autocomplete from "enketo-core/src/widget/select-autocomplete/autocomplete";
import Textarea from "enketo-core/src/widget/textarea/textarea";
import Attach from "./attach.js";
import Choose from "./choose.js";
import Here from "./here.js";
import Scan from "./scan.js";
import Sign from "./sign.js";

const used = { Radio, Autocomplete, Textarea, Likert, Columns, Range, Choose, Here, Attach, Sign, Scan };

// The library tells widgets apart by the names of their classes, which a smaller bundle does not keep.
for (const [name, widget] of Object.entries(used)) Object.defineProperty(widget, "name", { value: name });

export default Object.values(used);
