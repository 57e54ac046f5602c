from django.apps import AppConfig


class DrawsConfig(AppConfig):
    name = "yibiao.draws"
    label = "draws"
