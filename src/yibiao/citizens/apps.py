from django.apps import AppConfig


class CitizensConfig(AppConfig):
    name = "yibiao.citizens"
    label = "citizens"
    default_auto_field = "django.db.models.BigAutoField"
