-- The first schema. Times are milliseconds since 1970, UTC. seq columns are internal numbers in order of creation; id is
-- what clients see.

create table meta (
    key   text primary key,
    value text not null
) strict, without rowid;

-- People and groups. doc is the canonical document; the other columns are what requests search by, kept in step with it.
-- unique_key is the key no two living resources of a type may share: userName of a person, the group key of a group.
-- active is null where the document has no such attribute. follows is the id of a deleted resource that had the same
-- unique_key when this one was created.
create table resources (
    seq          integer primary key,
    type         text    not null,
    id           text    not null unique,
    name         text    not null,
    unique_key   text,
    display_key  text,
    external_key text,
    active       integer,
    doc          text    not null,
    search       text    not null,
    version      integer not null,
    created_at   integer not null,
    updated_at   integer not null,
    deleted_at   integer,
    follows      text
) strict;

-- Every index ends with the seq by itself. deleted_at is always null in them and stands there so that counting and skipping need
-- not look at the rows.
create unique index resources_unique on resources (type, unique_key) where deleted_at is null;
create index resources_order    on resources (type, deleted_at)               where deleted_at is null;
create index resources_display  on resources (type, display_key, deleted_at)  where deleted_at is null and display_key is not null;
create index resources_external on resources (type, external_key, deleted_at) where deleted_at is null and external_key is not null;
create index resources_active   on resources (type, active, deleted_at)       where deleted_at is null and active is not null;
create index resources_updated  on resources (type, updated_at, deleted_at)   where deleted_at is null;
create index resources_deleted  on resources (type, unique_key)               where deleted_at is not null;

-- The keys of emails.value, one row each.
create table emails (
    key          text    not null,
    resource_seq integer not null references resources (seq) on delete cascade,
    primary key (key, resource_seq)
) strict, without rowid;

create index emails_resource on emails (resource_seq);

-- Who is in which group. member_id may name nobody: it is kept as it was sent. hidden is 1 while the member is deleted.
create table members (
    seq       integer primary key,
    group_seq integer not null references resources (seq) on delete cascade,
    member_id text    not null,
    type      text    not null,
    display   text    not null,
    added_at  integer not null,
    hidden    integer not null default 0
) strict;

create unique index members_group on members (group_seq, member_id);
create index members_member on members (member_id, group_seq);

-- What changed. A membership has one row: resource_seq is the group, member_id the member, and both sides read it.
create table history (
    seq          integer primary key,
    resource_seq integer not null references resources (seq) on delete cascade,
    member_id    text,
    at           integer not null,
    request_id   text    not null,
    origin       text    not null,
    action       text    not null,
    changes      text
) strict;

create index history_resource on history (resource_seq, seq);
create index history_member   on history (member_id, seq) where member_id is not null;

-- What was asked and answered. The writer counts seq up by itself, without a gap; the newest row is never pruned, so that a
-- cursor never meets a number again.
create table activity (
    seq           integer primary key,
    request_id    text    not null,
    at            integer not null,
    took          integer not null, -- microseconds
    method        text    not null,
    target        text    not null,
    status        integer not null,
    scim_type     text    not null,
    detail        text    not null,
    action        text    not null,
    resource_type text    not null,
    resource_id   text    not null,
    name          text    not null,
    remote        text    not null,
    user_agent    text    not null,
    token         text    not null
) strict;

create index activity_request  on activity (request_id);
create index activity_resource on activity (resource_id, seq) where resource_id <> '';

create table bodies (
    activity_seq integer primary key references activity (seq) on delete cascade,
    request      blob,
    response     blob
) strict;

create table tokens (
    id           text    primary key,
    hash         blob    not null unique,
    last_four    text    not null,
    created_at   integer not null,
    ended_at     integer,
    last_used_at integer
) strict, without rowid;

-- How many there are, so that nobody counts rows.
create table counters (
    type    text    primary key,
    total   integer not null,
    active  integer not null,
    deleted integer not null
) strict, without rowid;

insert into counters (type, total, active, deleted) values ('User', 0, 0, 0), ('Group', 0, 0, 0);

-- What the planner shall believe: how many rows an index has, and how many share its first columns. Without it, it takes a type for a
-- choice of ten rows and reads all people. The numbers are of a big directory and never measured again, so that a statement
-- has the same plan on every machine. A type counts as a fiftieth, so that a page of groups is never looked for among people.
analyze resources;
delete from sqlite_stat1;
insert into sqlite_stat1 (tbl, idx, stat) values
    ('resources', 'sqlite_autoindex_resources_1', '1000000 1'),
    ('resources', 'resources_unique',   '1000000 20000 1'),
    ('resources', 'resources_order',    '1000000 20000 20000'),
    ('resources', 'resources_display',  '1000000 20000 2 2'),
    ('resources', 'resources_external', '1000000 20000 2 2'),
    ('resources', 'resources_active',   '1000000 20000 10000 10000'),
    ('resources', 'resources_updated',  '1000000 20000 5 5'),
    ('resources', 'resources_deleted',  '10000 5000 2'),
    ('emails',    'emails',             '2000000 1 1'),
    ('emails',    'emails_resource',    '2000000 2'),
    ('members',   'members_group',      '5000000 100 1'),
    ('members',   'members_member',     '5000000 5 1'),
    ('history',   'history_resource',   '10000000 10 1'),
    ('history',   'history_member',     '5000000 10 1');
analyze sqlite_schema;
