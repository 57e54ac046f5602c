"""The service document and $metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import quoteattr

from yibiao.records.odata.shapes import ID, MAIN, PARENT, SYSTEM, Property, Shape, Table, identifier

_SPACE: Final = "org.yibiao"
# What a type may hold that CSDL would otherwise deny it: digits behind the point, and parts of a second.
_FACETS: Final = {
    "Edm.Decimal": ' Scale="variable"',
    "Edm.DateTimeOffset": ' Precision="3"',
    "Edm.TimeOfDay": ' Precision="3"',
}


def service(shape: Shape, base: str) -> dict[str, object]:
    """What sets there are."""
    sets = [{"name": one.name, "kind": "EntitySet", "url": one.name} for one in shape.tables]
    return {"@odata.context": f"{base}/$metadata", "value": sets}


def document(shape: Shape) -> str:
    """EDMX 4.0: groups are complex types, repeats are entity types of their own."""
    space = f"{_SPACE}.{identifier(shape.form)}"
    parts = [_system()]
    for table in shape.tables:
        parts += _complex(table, space)
        parts.append(_entity(table, shape, space))
    parts.append(_container(shape, space))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices>'
        f'<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="{_SPACE}">{parts[0]}</Schema>'
        f'<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="{space}">{"".join(parts[1:])}</Schema>'
        "</edmx:DataServices></edmx:Edmx>\n"
    )


def _system() -> str:
    inside = "".join(_property(name, type) for name, (type, _) in SYSTEM.items())
    return f'<ComplexType Name="metadata">{inside}</ComplexType>'


def _complex(table: Table, space: str) -> list[str]:
    """The groups of a table, each once."""
    groups: dict[tuple[str, ...], None] = {}
    for one in table.properties:
        for end in range(1, len(one.path)):
            groups.setdefault(one.path[:end])
    return [f'<ComplexType Name="{_named(table, path)}">{_inside(table, path, space)}</ComplexType>' for path in groups]


def _inside(table: Table, above: tuple[str, ...], space: str) -> str:
    """The properties and groups that stand directly in a group, or at the top."""
    found: dict[str, str] = {}
    depth = len(above)
    for one in table.properties:
        if one.path[:depth] != above:
            continue
        name = one.path[depth]
        nested = len(one.path) > depth + 1
        found.setdefault(name, _property(name, f"{space}.{_named(table, (*above, name))}" if nested else one.type, one))
    return "".join(found.values())


def _entity(table: Table, shape: Shape, space: str) -> str:
    keys = f'<Key><PropertyRef Name="{ID}"/></Key><Property Name="{ID}" Type="Edm.String" Nullable="false"/>'
    if table.repeat:
        own = f'<Property Name="{PARENT}" Type="Edm.String" Nullable="false"/>'
    else:
        own = f'<Property Name="__system" Type="{_SPACE}.metadata"/>' + "".join(
            f'<NavigationProperty Name="{one.short}" Type="Collection({space}.{one.name})" ContainsTarget="true"/>'
            for one in shape.repeats
        )
    return f'<EntityType Name="{table.name}">{keys}{own}{_inside(table, (), space)}</EntityType>'


def _container(shape: Shape, space: str) -> str:
    sets = "".join(
        f'<EntitySet Name="{one.name}" EntityType="{space}.{one.name}">{_capabilities(one)}</EntitySet>'
        for one in shape.tables
    )
    batch = '<Annotation Term="Org.OData.Capabilities.V1.BatchSupported" Bool="false"/>'
    return f'<EntityContainer Name="{identifier(shape.form)}">{sets}{batch}</EntityContainer>'


def _capabilities(table: Table) -> str:
    hidden = [f"__system/{name}" for name, (_, kind) in SYSTEM.items() if kind == "shown"] if table.name == MAIN else []
    hidden += [one.address for one in table.properties if one.kind == "point"]
    paths = "".join(f"<PropertyPath>{path}</PropertyPath>" for path in hidden)
    return (
        '<Annotation Term="Org.OData.Capabilities.V1.FilterRestrictions"><Record>'
        f'<PropertyValue Property="NonFilterableProperties"><Collection>{paths}</Collection></PropertyValue>'
        "</Record></Annotation>"
        + "".join(
            f'<Annotation Term="Org.OData.Capabilities.V1.{term}"><Record>'
            f'<PropertyValue Property="{flag}" Bool="false"/></Record></Annotation>'
            for term, flag in (
                ("InsertRestrictions", "Insertable"),
                ("UpdateRestrictions", "Updatable"),
                ("DeleteRestrictions", "Deletable"),
                ("SearchRestrictions", "Searchable"),
            )
        )
    )


def _named(table: Table, path: Sequence[str]) -> str:
    return ".".join((table.name, *path))


def _property(name: str, type: str, of: Property | None = None) -> str:
    label = of.field.label.zh if of and type == of.type else ""
    facet = _FACETS.get(type, "")
    said = f'<Annotation Term="Org.OData.Core.V1.Description" String={quoteattr(label)}/>' if label else ""
    return f'<Property Name="{name}" Type="{type}"{facet}>{said}</Property>'
