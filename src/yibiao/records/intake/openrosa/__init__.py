"""OpenRosa 1.0: ODK Collect and other clients fetch forms here and send what was filled in."""
