"""A case may be closed as another report of one that is known."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_byte_order")]
    operations = [
        migrations.AddField("case", "merged_into", models.CharField(default="", max_length=36)),
        migrations.AddIndex("case", models.Index(fields=["merged_into"], name="case_merged")),
    ]
