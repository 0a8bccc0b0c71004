-- What the admin keeps of people, jobs that work in steps, and what finer lists need.
--
-- local is JSON: the key in the old system, role, note, protection, former user names; '' for nothing. local_key and role are in it too, and
-- stand beside it to be searched by. entra is 1 once SCIM has written a resource, as it has whatever was there before this. manager_id, title_key
-- and department_key come from the document; after this migration the program computes them once for who is there.
alter table resources add column local          text    not null default '';
alter table resources add column local_key      text;
alter table resources add column role           text    not null default '';
alter table resources add column entra          integer not null default 1;
alter table resources add column manager_id     text;
alter table resources add column title_key      text    not null default '';
alter table resources add column department_key text    not null default '';

create unique index resources_local on resources (local_key) where deleted_at is null and local_key is not null;
create index resources_manager on resources (manager_id, seq, deleted_at) where deleted_at is null and manager_id is not null;

-- Lists sort by more and pick by more. All of it but entra and role is in search as well, so that no write has another index to keep.
drop index resources_list;
create index resources_list on resources (type, name_key, seq, deleted_at, active, created_at, unique_key, email_key, external_key, title_key,
    department_key, local_key, role, entra, search);

-- Jobs: staging, running, done, undoing, undone. at is the row that the last step ended with, forwards or backwards. The numbers say how many
-- rows are in each state.
create table jobs (
    seq      integer primary key,
    kind     text    not null,
    state    text    not null,
    face     text    not null,
    about    text    not null,
    made_at  integer not null,
    ended_at integer,
    at       integer not null default 0,
    total    integer not null default 0,
    done     integer not null default 0,
    failed   integer not null default 0,
    undone   integer not null default 0,
    refused  integer not null default 0
) strict;

create index jobs_open on jobs (state) where state in ('staging', 'running', 'undoing');

-- What a job does, a change a row. Rows of one grp above 0 stand together and are done together. search is folded.
create table job_rows (
    job_seq integer not null references jobs (seq) on delete cascade,
    n       integer not null,
    grp     integer not null,
    id      text    not null,
    name    text    not null,
    planned text    not null,
    was     text    not null,
    became  text    not null,
    state   text    not null,
    code    text    not null,
    reason  text    not null,
    search  text    not null,
    primary key (job_seq, n)
) strict, without rowid;

create index job_rows_trouble on job_rows (job_seq, state, n) where state in ('failed', 'refused');

insert into sqlite_stat1 (tbl, idx, stat) values
    ('resources', 'resources_list',    '1000000 20000 2 1 1 1 1 1 1 1 1 1 1 1 1'),
    ('resources', 'resources_local',   '1000000 1'),
    ('resources', 'resources_manager', '1000000 10 1 1'),
    ('jobs',      'jobs_open',         '2 1'),
    ('job_rows',  'job_rows',          '1000000 10000 1'),
    ('job_rows',  'job_rows_trouble',  '10000 1000 100 1');
analyze sqlite_schema;

-- Hand-overs to the old system: staging, ready (its rows are whole, its files perhaps not), made. about is JSON of the program's: columns, format,
-- names. history_to is the newest change that it looked at.
create table handovers (
    seq        integer primary key,
    state      text    not null,
    face       text    not null,
    made_at    integer not null,
    about      text    not null,
    history_to integer not null,
    taken_at   integer,
    receipt    text    not null default ''
) strict;

-- What the old system was told of people, a row each time: the newest row of a hand-over that is made, or of an import (handover 0), is what it
-- knows. vals is JSON, attribute to text. id is that of a resource, which may be gone.
create table handover_people (
    n        integer primary key,
    handover integer not null,
    rank     integer not null,
    id       text    not null,
    local_id text    not null,
    action   text    not null,
    vals     text    not null
) strict;

create index handover_people_id on handover_people (id, n);
create index handover_people_of on handover_people (handover, rank, n) where handover > 0;

-- The same of memberships. vals has the group's attributes, person those of the person as the file says them.
create table handover_members (
    n         integer primary key,
    handover  integer not null,
    rank      integer not null,
    group_id  text    not null,
    member_id text    not null,
    action    text    not null,
    vals      text    not null,
    person    text    not null
) strict;

create index handover_members_group  on handover_members (group_id, member_id, n);
create index handover_members_member on handover_members (member_id, group_id, n);
create index handover_members_of     on handover_members (handover, rank, n) where handover > 0;

-- Who was removed for good since the last hand-over, of those whom the old system was told of: their history is gone with them. follower is who
-- was created again in their place.
create table handover_gone (
    n        integer primary key,
    id       text    not null,
    type     text    not null,
    local_id text    not null,
    follower text    not null
) strict;

insert into sqlite_stat1 (tbl, idx, stat) values
    ('handover_people',  'handover_people_id',      '1000000 5 1'),
    ('handover_people',  'handover_people_of',      '1000000 10000 2000 1'),
    ('handover_members', 'handover_members_group',  '5000000 100 2 1'),
    ('handover_members', 'handover_members_member', '5000000 5 2 1'),
    ('handover_members', 'handover_members_of',     '5000000 10000 5000 1');
analyze sqlite_schema;
