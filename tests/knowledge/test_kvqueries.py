"""Queries of the KV store over documents: which are meant, in which order, with which fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splreplay.knowledge.kvqueries import choosing, means, sorted_by
from splreplay.knowledge.kvstore import InvalidError, KVStore, Place, typed

DOCUMENTS = [
    {"_key": "a", "n": 1, "s": "x", "tags": ["red", "blue"], "in": {"er": 5}, "on": True},
    {"_key": "b", "n": 2, "s": "y", "tags": [], "on": False},
    {"_key": "c", "n": "2", "s": None},
    {"_key": "d", "s": "X"},
]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({}, "abcd"),
        ({"_key": "b"}, "b"),
        ({"n": 2}, "b"),
        ({"n": "2"}, "c"),
        ({"n": 1, "s": "x"}, "a"),
        ({"n": 1, "s": "y"}, ""),
        ({"s": None}, "c"),
        ({"n": None}, "d"),
        ({"on": 1}, ""),
        ({"on": True}, "a"),
        ({"tags": "blue"}, "a"),
        ({"tags": ["red", "blue"]}, "a"),
        ({"in.er": 5}, "a"),
        ({"in.er.x": 5}, ""),
        ({"n": {"$gt": 1}}, "b"),
        ({"n": {"$gte": 1, "$lt": 2}}, "a"),
        ({"s": {"$lte": "X"}}, "d"),
        ({"s": {"$ne": "x"}}, "bcd"),
        ({"missing": {"$ne": 1}}, "abcd"),
        ({"tags": {"$gt": "c"}}, "a"),
        ({"$or": [{"n": 1}, {"s": "y"}]}, "ab"),
        ({"$and": [{"n": {"$gt": 0}}, {"$or": [{"s": "x"}, {"s": "z"}]}]}, "a"),
        ({"$not": {"n": {"$gt": 0}}}, "cd"),
        ({"s": "x' OR 1=1 --"}, ""),
        ({"s": "%"}, ""),
    ],
)
def test_a_query_means(query, keys):
    assert "".join(document["_key"] for document in filter(means(query), DOCUMENTS)) == keys


@pytest.mark.parametrize(
    "query",
    [
        [],
        "x",
        None,
        {"$or": []},
        {"$or": {"n": 1}},
        {"$and": [1]},
        {"$not": [1]},
        {"$where": "sleep(1)"},
        {"n": {}},
        {"n": {"$regex": "(a+)+$"}},
        {"n": {"plain": 1}},
    ],
)
def test_what_is_no_query_is_refused(query):
    with pytest.raises(InvalidError):
        means(query)


def test_a_query_is_not_endlessly_deep():
    query: dict = {"n": 1}
    for _ in range(5_000):
        query = {"$not": query}
    with pytest.raises(InvalidError):
        means(query)


@pytest.mark.parametrize(
    ("sort", "keys"),
    [("", "abcd"), ("n", "dabc"), ("n:-1", "cbad"), ("s:1,n:-1", "cdab"), ("_key:-1", "dcba"), ("tags", "cdab")],
)
def test_documents_in_order(sort, keys):
    assert "".join(document["_key"] for document in sorted_by(DOCUMENTS, sort)) == keys


@given(
    st.lists(st.dictionaries(st.sampled_from("ab"), st.none() | st.integers() | st.text() | st.lists(st.integers())))
)
def test_values_of_any_kind_can_be_put_in_order(documents):
    assert len(sorted_by(documents, "a,b:-1")) == len(documents)


@pytest.mark.parametrize(
    ("fields", "names"),
    [("", "_key _user a b"), ("a", "_key a"), ("a:1,b:1", "_key a b"), ("a,_key:0", "a"), ("a:0", "_key _user b")],
)
def test_fields_are_chosen_or_left_out(fields, names):
    assert " ".join(sorted(choosing(fields)({"_key": "1", "_user": "nobody", "a": 1, "b": 2}))) == names


@pytest.mark.parametrize("wrong", [("sort", "n:down"), ("fields", "a:2"), ("fields", "a:1,b:0")])
def test_a_wrong_option_is_refused(wrong):
    kind, text = wrong
    with pytest.raises(InvalidError):
        sorted_by(DOCUMENTS, text) if kind == "sort" else choosing(text)


SETTINGS = {"field.n": "number", "field.t": "time", "field.s": "string", "field.b": "bool"}


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ({"n": "1"}, {"n": 1}),
        ({"n": "1.5"}, {"n": 1.5}),
        ({"n": "one"}, {}),
        ({"n": True}, {}),
        ({"n": "nan"}, {}),
        ({"n": 1e300}, {"n": 1e300}),
        ({"t": 1772442000.0}, {"t": 1772442000}),
        ({"s": 5}, {"s": "5"}),
        ({"s": {"a": 1}}, {}),
        ({"b": "true"}, {"b": True}),
        ({"b": 0}, {"b": False}),
        ({"b": "maybe"}, {}),
        ({"free": {"a": [1]}}, {"free": {"a": [1]}}),
        ({"n": None}, {"n": None}),
    ],
)
def test_fields_have_the_types_of_collections_conf(given_, kept):
    assert typed(given_, SETTINGS) == kept
    if kept != {}:
        assert typed(given_, {**SETTINGS, "enforceTypes": "true"}) == kept
    else:
        with pytest.raises(InvalidError):
            typed(given_, {**SETTINGS, "enforceTypes": "true"})


def test_a_list_is_no_text_where_types_are_enforced():
    assert typed({"s": ["a", 1]}, SETTINGS) == {"s": ["a", "1"]}
    with pytest.raises(InvalidError):
        typed({"s": ["a", 1]}, {**SETTINGS, "enforceTypes": "true"})


@pytest.mark.parametrize("name", ["", "$where", "a.b"])
def test_a_name_that_is_an_operator_or_a_path_is_refused(name):
    with pytest.raises(InvalidError):
        typed({name: 1}, {})


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(st.dictionaries(TEXT, st.dictionaries(st.sampled_from("ab"), TEXT | st.integers(-(2**60), 2**60))))
def test_any_document_comes_back_as_it_was(documents):
    place, store = Place("app", "c"), KVStore()
    keys = store.save(place, [{**document, "_key": key} for key, document in documents.items()])
    assert keys == list(documents)
    found = {document["_key"]: document for document in store.documents(place)}
    assert found == {key: {**document, "_key": key, "_user": "nobody"} for key, document in documents.items()}
    assert store.documents(place._replace(owner="bob")) == store.documents(place._replace(app="other")) == []
    store.delete(place, list(documents)[:1])
    assert len(store.documents(place)) == max(0, len(documents) - 1)
    store.close()
