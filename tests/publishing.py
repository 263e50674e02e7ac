"""A publisher on this machine: files of the catalogue's layouts with invented values, and answers that go wrong."""

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

import geopandas as gpd
from werkzeug import Request, Response

from analysis.regions.catalog import BUNDLE
from analysis.regions.fetchable import Fetchable

OLD, NEW = '"edition-1"', '"edition-2"'


def invented(one: Fetchable) -> bytes:
    """Return a file of a dataset's layout, with as many rows as it promises and the row's number as every value."""
    columns, rows = [name for name in one.entry["columns"] if name != "geometry"], int(one.entry["rows"])
    if one.how.form == "shapefile":
        return _outlines(columns)
    if one.how.form == "workbook":
        return workbook(one.how.sheet or "Sheet1", [["a note"]] * one.how.lines_above + [columns], rows)
    lines = [one.how.separator.join(columns)]
    lines += [one.how.separator.join([str(row)] * len(columns)) for row in range(rows)]
    text = ("\n".join(lines) + "\n").encode(one.how.encoding)
    return zipped({f"{Path(one.how.file).stem}.txt": text}) if one.how.file.endswith(".zip") else text


def zipped(files: dict[str, bytes]) -> bytes:
    """Return an archive of files."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as stream:
        for name, content in files.items():
            stream.writestr(name, content)
    return archive.getvalue()


def zipped_folder(folder: Path) -> bytes:
    """Return the archive a publisher would make of a folder."""
    return zipped({file.name: file.read_bytes() for file in sorted(folder.iterdir())})


def workbook(sheet: str, head: list[list[str]], rows: int) -> bytes:
    """Return the smallest workbook that has a sheet with these first lines, and so many rows of numbers."""
    lines = [*head, *([str(row)] * len(head[-1]) for row in range(rows))]
    cells = "".join("<row>" + "".join(map(_cell, line)) + "</row>" for line in lines)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return zipped(
        {
            "_rels/.rels": (
                f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{office}/officeDocument" '
                'Target="xl/workbook.xml"/></Relationships>'
            ).encode(),
            "xl/_rels/workbook.xml.rels": (
                f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{office}/worksheet" '
                'Target="worksheets/sheet1.xml"/></Relationships>'
            ).encode(),
            "xl/workbook.xml": (
                f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="{escape(sheet)}" sheetId="1" '
                'r:id="r1"/></sheets></workbook>'
            ).encode(),
            "xl/worksheets/sheet1.xml": (
                f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'
            ).encode(),
        }
    )


def _cell(value: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def _outlines(columns: list[str]) -> bytes:
    """Return the bundle's counties as the Census Bureau ships outlines."""
    counties = gpd.read_parquet(BUNDLE / "us_counties.parquet")
    known = {"GEOID": counties.region_id, "NAMELSAD": counties.name, "STUSPS": counties.state}
    shaped = gpd.GeoDataFrame(
        {name: known.get(name, "0") for name in columns}, geometry=counties.geometry, crs=counties.crs
    )
    with TemporaryDirectory() as folder:
        shaped.to_file(Path(folder) / "outlines.shp")
        return zipped_folder(Path(folder))


class Publisher:
    """Serves one file as a web server does: whole, or the rest of it to who has the beginning of this edition."""

    def __init__(self, content: bytes, edition: str | None = OLD) -> None:
        self.content, self.edition, self.header = content, edition, "ETag"
        self.breaks_after: int | None = None
        """Bytes after which the next answer breaks off."""
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Response:
        """Answer."""
        self.asked.append(request)
        headers = {} if self.edition is None else {self.header: self.edition}
        asked_for = request.headers.get("If-None-Match" if self.header == "ETag" else "If-Modified-Since")
        if self.edition is not None and asked_for == self.edition:
            return Response(status=304, headers=headers)
        start, status = 0, 200
        wanted = request.headers.get("Range")
        if wanted is not None and request.headers.get("If-Range") == self.edition:
            start, status = int(wanted.removeprefix("bytes=").removesuffix("-")), 206
            if start >= len(self.content):
                return Response(status=416)
            headers["Content-Range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        body = self.content[start:]
        headers["Content-Length"] = str(len(body))
        if self.breaks_after is not None:
            body, self.breaks_after = body[: self.breaks_after], None
        return Response(iter([body]), status=status, headers=headers)
