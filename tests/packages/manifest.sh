#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What can be said of Flatpak's manifest without the network: flatpak-builder reads it, an archive has an address with a version
# and a sum, what is needed is built before what needs it, and the extension is the one that AppStream's file names.
set -eu

manifest=packaging/flatpak/org.gimp.GIMP.Plugin.FDDM.yml
if ! command -v flatpak-builder >/dev/null && [ "$(id -u)" = 0 ]; then
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends flatpak-builder
fi
flatpak-builder --show-manifest "$manifest" | python3 -c '
import json, re, sys
import xml.etree.ElementTree as tree
manifest = json.load(sys.stdin)
about = tree.parse("packaging/appstream/" + manifest["id"] + ".metainfo.xml").getroot()
assert about.findtext("id") == manifest["id"], "another id"
assert about.get("type") == "addon" and about.findtext("extends") == manifest["runtime"], "extends another program"
assert manifest["branch"] == "3" and manifest["build-extension"] is True
prefix = manifest["build-options"]["prefix"]
assert prefix == "/app/extensions/" + manifest["id"].split(".")[-1], prefix
assert [module["name"] for module in manifest["modules"]] == ["onednn", "json-glib", "fddm"]
assert "-Dgimp_folder=" + prefix in manifest["modules"][-1]["config-opts"]
for module in manifest["modules"][:-1]:
    for source in module["sources"]:
        assert source["type"] == "archive" and re.search(r"\d\.\d", source["url"]), source
        assert re.fullmatch("[0-9a-f]{64}", source["sha256"]), source
version = re.search("version: .([0-9.]+)", open("meson.build").read())[1]
assert about.find("releases/release").get("version") == version, "another version than meson.build"
'
