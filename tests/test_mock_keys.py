"""The administration of the mock's keys: made, revoked, rotated, and kept as digests only."""

from __future__ import annotations

import msgspec
from world import BODY, HOPX, LIST, World, body_of

from conformance.scrub import Scrubber


def test_a_created_key_has_its_scope_its_organization_and_its_end(world: World) -> None:
    key = world.directory.create_key("other", "read_only", expires_at=world.time + 60)
    assert world.ask(key).status == 200
    assert world.ask(key, "POST", body=BODY).status == 403
    assert world.ask(key, path=f"{LIST}/{world.foreign}").status == 200
    assert world.ask(key, path=f"{LIST}/{world.own}").status == 403
    world.time += 59.999
    assert world.ask(key).status == 200
    world.time += 0.001
    assert world.ask(key).status == 401


def test_a_revoked_key_stops_at_the_next_request(world: World) -> None:
    key = world.directory.create_key("own", "full")
    assert world.ask(key).status == 200
    world.directory.revoke(world.directory.key_id(key))
    assert world.ask(key).status == 401


def test_a_rotated_key_works_through_the_overlap_and_its_successor_beyond(world: World) -> None:
    old = world.directory.create_key("own", "read_only", expires_at=world.time + 1000, requests_per_minute=2)
    new = world.directory.rotate(world.directory.key_id(old), 10)
    assert [world.ask(key).status for key in (old, new)] == [200, 200]
    assert world.ask(new, "POST", body=BODY).status == 403
    assert world.ask(new).status == 429, "the successor has no limit"
    world.time += 10
    assert world.ask(old).status == 401
    world.time += 80
    assert world.ask(new).status == 200
    world.time += 910
    assert world.ask(new).status == 401, "the successor lives longer than the key was to live"


def test_the_successor_of_a_key_sees_what_the_key_saw(world: World) -> None:
    old = world.directory.create_key("other", "full")
    new = world.directory.rotate(world.directory.key_id(old), 10)
    for key in (old, new):
        assert [one["id"] for one in body_of(world.ask(key))["data"]] == [world.foreign]


def test_a_second_rotation_does_not_prolong_the_first_key(world: World) -> None:
    old = world.directory.create_key("own", "full")
    for overlap in (10, 1000):
        world.directory.rotate(world.directory.key_id(old), overlap)
    world.time += 10
    assert world.ask(old).status == 401


def test_a_changed_scope_counts_at_the_next_request(world: World) -> None:
    key = world.directory.create_key("own", "create_only")
    assert world.ask(key).status == 403
    world.directory.change_scope(world.directory.key_id(key), "read_only")
    assert [world.ask(key).status, world.ask(key, "POST", body=BODY).status] == [200, 403]


def test_keys_are_kept_as_digests_only(world: World) -> None:
    scrubber = Scrubber(world.directory.key_format)
    scrubber.learn_all(key.reveal() for key in world.roles.keys.values())
    assert not scrubber.knows(repr(vars(world.directory)))


def test_key_ids_that_come_again_are_not_taken() -> None:
    key = msgspec.structs.replace(HOPX.key, id=msgspec.structs.replace(HOPX.key.id, alphabet="hex", length=1))
    world = World(msgspec.structs.replace(HOPX, key=key), seed=1)
    more = [world.directory.create_key("own", "full") for _ in range(16 - len(world.roles.keys))]
    assert {world.ask(one).status for one in more} == {200}
    assert len(world.directory.keys) == 16


def test_a_seed_gives_the_same_keys_and_sandboxes_again() -> None:
    one, same, other, unseeded = World(seed=7), World(seed=7), World(seed=8), World()
    assert one.roles == same.roles
    assert set(one.roles.keys.values()).isdisjoint([*other.roles.keys.values(), *unseeded.roles.keys.values()])
