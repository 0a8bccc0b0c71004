-- What the window's lists need. name_key and email_key are what lists sort by: folded and without accents, so that Ärzte stand
-- beside Arzt. Both are computed by the program; after this migration it computes them once for what is there.
alter table resources add column name_key  text not null default '';
alter table resources add column email_key text not null default '';

-- All that a list searches and sorts by in one narrow place, so that looking through everybody reads no document. Deleted ones are
-- in it. seq stands in it by itself too, so that a list can be read on from any place. updated_at does not: then adding a member to
-- a group, or changing somebody's telephone, would have to write it.
create index resources_list on resources (type, name_key, seq, deleted_at, active, created_at, unique_key, email_key, search);

-- Few members are hidden; without them a group's members are counted along members_group.
create index members_hidden on members (group_seq) where hidden = 1;

-- The changes that a request made, the requests of a time, and the last caller who was refused.
create index history_request  on history (request_id);
create index activity_at      on activity (at, status);
create index activity_refused on activity (status) where status = 401;

-- What is removed for good: who was deleted before a time, and who was created again in their place.
create index resources_gone    on resources (deleted_at) where deleted_at is not null;
create index resources_follows on resources (follows)    where follows is not null;

insert into sqlite_stat1 (tbl, idx, stat) values
    ('resources', 'resources_list',   '1000000 20000 2 1 1 1 1 1 1 1'),
    ('members',   'members_hidden',   '10000 10'),
    ('resources', 'resources_gone',    '10000 2'),
    ('resources', 'resources_follows', '10000 2'),
    ('history',   'history_request',  '10000000 2'),
    ('activity',  'activity_at',      '10000000 2 2'),
    ('activity',  'activity_refused', '10000 10000');
analyze sqlite_schema;
