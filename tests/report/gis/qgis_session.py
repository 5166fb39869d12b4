"""Open the project and the GeoPackage of a run in QGIS and print what it made of them, as JSON.

Run by the Python of the system, which has PyQGIS: python3 qgis_session.py FOLDER [PNG].
"""

from __future__ import annotations

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize


def described(layer: QgsVectorLayer) -> dict[str, object]:
    renderer = layer.renderer()
    fields = layer.fields()
    extent = layer.extent()
    return {
        "valid": layer.isValid(),
        "features": layer.featureCount(),
        "renderer": renderer.type() if renderer else None,
        "labels": layer.labelsEnabled(),
        "aliases": {one.name(): layer.attributeAlias(fields.indexOf(one.name())) for one in fields},
        "bounds": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
    }


def rendered(project: QgsProject, path: str) -> None:
    settings = QgsMapSettings()
    settings.setLayers(shown(project))
    settings.setDestinationCrs(project.crs())
    settings.setExtent(project.viewSettings().defaultViewExtent())
    settings.setOutputSize(QSize(1400, 1000))
    settings.setOutputDpi(120)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(path)


def shown(project: QgsProject) -> list[QgsVectorLayer]:
    root = project.layerTreeRoot()
    return [one for one in root.layerOrder() if root.findLayer(one.id()).isVisible()]


def main(folder: str, picture: str) -> None:
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    opened = project.read(f"{folder}/plan.qgs")
    listed = project.mapLayers()
    extent = project.viewSettings().defaultViewExtent()
    found = {
        "opened": opened,
        "crs": project.crs().authid(),
        "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
        "project": {name: described(one) for name, one in listed.items()},
        "order": [one.id() for one in project.layerTreeRoot().layerOrder()],
        "shown": [one.id() for one in shown(project)],
        "geopackage": {
            name: described(QgsVectorLayer(f"{folder}/plan.gpkg|layername={name}", name, "ogr"))
            for name in (one.removeprefix("plan_layer_") for one in listed)
        },
    }
    print(json.dumps(found))
    if picture:
        rendered(project, picture)
    project.clear()
    application.exitQgis()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
