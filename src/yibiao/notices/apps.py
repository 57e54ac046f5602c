from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "yibiao.notices"
    label = "notices"
