from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0004_recounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="segment",
            name="sha256",
            field=models.CharField(db_default="", default="", max_length=64),
        ),
    ]
