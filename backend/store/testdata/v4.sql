-- A database as schema 4 left it, frozen. Later programs must open it and lose nothing. Never change this file.
pragma application_id = 1399023981;
pragma user_version = 4;
CREATE TABLE access_tokens (
    hash       blob    primary key,
    client_id  text    not null references oauth_clients (id) on delete cascade,
    created_at integer not null,
    expires_at integer not null
) strict, without rowid;
CREATE TABLE activity (
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
, via    text not null default '', unlike text not null default '', hint   text not null default '') strict;
INSERT INTO "activity" VALUES(1,'r-1',1768464002000,1200,'POST','/scim/v2/Users',201,'','','create','User','','Ana Ruiz','127.0.0.1','test','t-1','tunnel','userAgent,header','');
CREATE TABLE bodies (
    activity_seq integer primary key references activity (seq) on delete cascade,
    request      blob,
    response     blob
) strict;
INSERT INTO "bodies" VALUES(1,X'7B22757365724E616D65223A22616E612E7275697A40636F6E746F736F2E6578616D706C65227D',NULL);
CREATE TABLE counters (
    type    text    primary key,
    total   integer not null,
    active  integer not null,
    deleted integer not null
) strict, without rowid;
INSERT INTO "counters" VALUES('Group',1,1,0);
INSERT INTO "counters" VALUES('User',2,2,1);
CREATE TABLE emails (
    key          text    not null,
    resource_seq integer not null references resources (seq) on delete cascade,
    primary key (key, resource_seq)
) strict, without rowid;
INSERT INTO "emails" VALUES('ana@contoso.example',1);
CREATE TABLE gaps (
    seq      integer primary key,
    began_at integer not null,
    ended_at integer,
    cause    text    not null,
    detail   text    not null
) strict;
INSERT INTO "gaps" VALUES(1,1768460000000,1768461000000,'sleep','');
CREATE TABLE history (
    seq          integer primary key,
    resource_seq integer not null references resources (seq) on delete cascade,
    member_id    text,
    at           integer not null,
    request_id   text    not null,
    origin       text    not null,
    action       text    not null,
    changes      text
) strict;
INSERT INTO "history" VALUES(1,1,NULL,1768464003000,'r-1','scim','created','[{"path":"active","new":true},{"path":"displayName","new":"Ana Ruiz"},{"path":"emails[type eq \"work\"].primary","new":true},{"path":"emails[type eq \"work\"].value","new":"Ana@contoso.example"},{"path":"externalId","new":"e-1"},{"path":"name.familyName","new":"Ruiz"},{"path":"name.givenName","new":"Ana"},{"path":"userName","new":"Ana.Ruiz@contoso.example"}]');
INSERT INTO "history" VALUES(2,2,NULL,1768464004000,'r-1','scim','created','[{"path":"active","new":false},{"path":"userName","new":"bo@contoso.example"}]');
INSERT INTO "history" VALUES(3,3,NULL,1768464005000,'r-1','scim','created','[{"path":"active","new":true},{"path":"userName","new":"gone@contoso.example"}]');
INSERT INTO "history" VALUES(4,4,NULL,1768464006000,'r-1','scim','created','[{"path":"displayName","new":"Sales"}]');
INSERT INTO "history" VALUES(5,4,'01a2017a-e803-78f6-8c02-895d59fa8f4c',1768464006000,'r-1','scim','member added',NULL);
INSERT INTO "history" VALUES(6,4,'01a2017a-e804-7da8-b7e0-f862028986ec',1768464006000,'r-1','scim','member added',NULL);
INSERT INTO "history" VALUES(7,4,'01a2017a-e805-7875-b794-2c3686f2876c',1768464006000,'r-1','scim','member added',NULL);
INSERT INTO "history" VALUES(8,4,'nobody',1768464006000,'r-1','scim','member added',NULL);
INSERT INTO "history" VALUES(9,3,NULL,1768464007000,'r-1','scim','deleted',NULL);
INSERT INTO "history" VALUES(10,1,NULL,1768464008000,'r-1','scim','updated','[{"path":"title","new":"Buyer"}]');
INSERT INTO "history" VALUES(11,2,NULL,1768464009000,'r-1','scim','enabled','[{"path":"active","old":false,"new":true}]');
INSERT INTO "history" VALUES(12,4,'01a2017a-e804-7da8-b7e0-f862028986ec',1768464010000,'r-1','scim','member removed',NULL);
CREATE TABLE job_rows (
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
INSERT INTO "job_rows" VALUES(1,1,0,'01a2017a-e803-78f6-8c02-895d59fa8f4c','Ana Ruiz','Ana.Ruiz@contoso.example','a.ruiz','Ana.Ruiz@contoso.example','done','','','ana ruiz');
INSERT INTO "job_rows" VALUES(1,2,0,'01a2017a-e804-7da8-b7e0-f862028986ec','bo@contoso.example','b','','','failed','collision','somebody has it','bo@contoso.example');
CREATE TABLE jobs (
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
INSERT INTO "jobs" VALUES(1,'convert','done','window','{"to":"email"}',1768464011000,1768464012000,2,2,1,1,0,0);
CREATE TABLE members (
    seq       integer primary key,
    group_seq integer not null references resources (seq) on delete cascade,
    member_id text    not null,
    type      text    not null,
    display   text    not null,
    added_at  integer not null,
    hidden    integer not null default 0
) strict;
INSERT INTO "members" VALUES(1,4,'01a2017a-e803-78f6-8c02-895d59fa8f4c','User','',1768464006000,0);
INSERT INTO "members" VALUES(3,4,'01a2017a-e805-7875-b794-2c3686f2876c','User','',1768464006000,1);
INSERT INTO "members" VALUES(4,4,'nobody','','',1768464006000,0);
CREATE TABLE meta (
    key   text primary key,
    value text not null
) strict, without rowid;
INSERT INTO "meta" VALUES('store','a9df99d0e510f560a4bda192160aabed');
CREATE TABLE oauth_clients (
    id           text    primary key,
    hash         blob    not null,
    last_four    text    not null,
    created_at   integer not null,
    ended_at     integer,
    last_used_at integer
) strict, without rowid;
CREATE TABLE resources (
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
, name_key  text not null default '', email_key text not null default '', local          text    not null default '', local_key      text, role           text    not null default '', entra          integer not null default 1, manager_id     text, title_key      text    not null default '', department_key text    not null default '') strict;
INSERT INTO "resources" VALUES(1,'User','01a2017a-e803-78f6-8c02-895d59fa8f4c','Ana Ruiz','ana.ruiz@contoso.example','ana ruiz','e-1',1,'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"e-1","userName":"Ana.Ruiz@contoso.example","name":{"familyName":"Ruiz","givenName":"Ana"},"displayName":"Ana Ruiz","title":"Buyer","active":true,"emails":[{"value":"Ana@contoso.example","type":"work","primary":true}]}','ana ruiz
ana.ruiz@contoso.example
e-1
01a2017a-e803-78f6-8c02-895d59fa8f4c
a-17
ana
ruiz
ana@contoso.example
buyer
a.ruiz',3,1768464003000,1768464008000,NULL,NULL,'ana ruiz','ana@contoso.example','{"localId":"A-17","role":"administrator","note":"from the old list","protected":true,"former":[{"userName":"a.ruiz","until":1768464008500}]}','a-17','administrator',1,NULL,'buyer','');
INSERT INTO "resources" VALUES(2,'User','01a2017a-e804-7da8-b7e0-f862028986ec','bo@contoso.example','bo@contoso.example',NULL,NULL,1,'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bo@contoso.example","active":true}','bo@contoso.example
01a2017a-e804-7da8-b7e0-f862028986ec',4,1768464004000,1768464009000,NULL,NULL,'bo@contoso.example','','',NULL,'',0,NULL,'','');
INSERT INTO "resources" VALUES(3,'User','01a2017a-e805-7875-b794-2c3686f2876c','gone@contoso.example','gone@contoso.example',NULL,NULL,1,'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"gone@contoso.example","active":true}','gone@contoso.example
01a2017a-e805-7875-b794-2c3686f2876c',3,1768464005000,1768464005000,1768464007000,NULL,'gone@contoso.example','','',NULL,'',1,NULL,'','');
INSERT INTO "resources" VALUES(4,'Group','01a2017a-e806-7101-a7f5-fb589578a52f','Sales','sales','sales',NULL,NULL,'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Sales"}','sales
01a2017a-e806-7101-a7f5-fb589578a52f',3,1768464006000,1768464010000,NULL,NULL,'sales','','',NULL,'',1,NULL,'','');
CREATE TABLE tokens (
    id           text    primary key,
    hash         blob    not null unique,
    last_four    text    not null,
    created_at   integer not null,
    ended_at     integer,
    last_used_at integer
, first_used_at   integer, replaced_by     text, expires_at      integer, last_refused_at integer) strict, without rowid;
INSERT INTO "tokens" VALUES('t-1',X'010203','wxyz',1768464010000,NULL,NULL,NULL,NULL,1893456000000,1768464011000);
CREATE TABLE traffic_months (
    month    text    primary key,
    requests integer not null,
    bytes    integer not null
) strict, without rowid;
INSERT INTO "traffic_months" VALUES('2026-01',42,4200);
CREATE UNIQUE INDEX resources_unique on resources (type, unique_key) where deleted_at is null;
CREATE INDEX resources_order    on resources (type, deleted_at)               where deleted_at is null;
CREATE INDEX resources_display  on resources (type, display_key, deleted_at)  where deleted_at is null and display_key is not null;
CREATE INDEX resources_external on resources (type, external_key, deleted_at) where deleted_at is null and external_key is not null;
CREATE INDEX resources_active   on resources (type, active, deleted_at)       where deleted_at is null and active is not null;
CREATE INDEX resources_updated  on resources (type, updated_at, deleted_at)   where deleted_at is null;
CREATE INDEX resources_deleted  on resources (type, unique_key)               where deleted_at is not null;
CREATE INDEX emails_resource on emails (resource_seq);
CREATE UNIQUE INDEX members_group on members (group_seq, member_id);
CREATE INDEX members_member on members (member_id, group_seq);
CREATE INDEX history_resource on history (resource_seq, seq);
CREATE INDEX history_member   on history (member_id, seq) where member_id is not null;
CREATE INDEX activity_request  on activity (request_id);
CREATE INDEX activity_resource on activity (resource_id, seq) where resource_id <> '';
CREATE INDEX members_hidden on members (group_seq) where hidden = 1;
CREATE INDEX history_request  on history (request_id);
CREATE INDEX activity_at      on activity (at, status);
CREATE INDEX activity_refused on activity (status) where status = 401;
CREATE INDEX resources_gone    on resources (deleted_at) where deleted_at is not null;
CREATE INDEX resources_follows on resources (follows)    where follows is not null;
CREATE INDEX gaps_time on gaps (began_at);
CREATE INDEX access_tokens_client  on access_tokens (client_id);
CREATE INDEX access_tokens_expires on access_tokens (expires_at);
CREATE UNIQUE INDEX resources_local on resources (local_key) where deleted_at is null and local_key is not null;
CREATE INDEX resources_manager on resources (manager_id, seq, deleted_at) where deleted_at is null and manager_id is not null;
CREATE INDEX resources_list on resources (type, name_key, seq, deleted_at, active, created_at, unique_key, email_key, external_key, title_key,
    department_key, local_key, role, entra, search);
CREATE INDEX jobs_open on jobs (state) where state in ('staging', 'running', 'undoing');
CREATE INDEX job_rows_trouble on job_rows (job_seq, state, n) where state in ('failed', 'refused');
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
create table handover_gone (
    n        integer primary key,
    id       text    not null,
    type     text    not null,
    local_id text    not null,
    follower text    not null
) strict;
analyze meta;
delete from sqlite_stat1;
insert into sqlite_stat1 VALUES('resources','sqlite_autoindex_resources_1','1000000 1');
insert into sqlite_stat1 VALUES('resources','resources_unique','1000000 20000 1');
insert into sqlite_stat1 VALUES('resources','resources_order','1000000 20000 20000');
insert into sqlite_stat1 VALUES('resources','resources_display','1000000 20000 2 2');
insert into sqlite_stat1 VALUES('resources','resources_external','1000000 20000 2 2');
insert into sqlite_stat1 VALUES('resources','resources_active','1000000 20000 10000 10000');
insert into sqlite_stat1 VALUES('resources','resources_updated','1000000 20000 5 5');
insert into sqlite_stat1 VALUES('resources','resources_deleted','10000 5000 2');
insert into sqlite_stat1 VALUES('emails','emails','2000000 1 1');
insert into sqlite_stat1 VALUES('emails','emails_resource','2000000 2');
insert into sqlite_stat1 VALUES('members','members_group','5000000 100 1');
insert into sqlite_stat1 VALUES('members','members_member','5000000 5 1');
insert into sqlite_stat1 VALUES('history','history_resource','10000000 10 1');
insert into sqlite_stat1 VALUES('history','history_member','5000000 10 1');
insert into sqlite_stat1 VALUES('members','members_hidden','10000 10');
insert into sqlite_stat1 VALUES('resources','resources_gone','10000 2');
insert into sqlite_stat1 VALUES('resources','resources_follows','10000 2');
insert into sqlite_stat1 VALUES('history','history_request','10000000 2');
insert into sqlite_stat1 VALUES('activity','activity_at','10000000 2 2');
insert into sqlite_stat1 VALUES('activity','activity_refused','10000 10000');
insert into sqlite_stat1 VALUES('resources','resources_list','1000000 20000 2 1 1 1 1 1 1 1 1 1 1 1 1');
insert into sqlite_stat1 VALUES('resources','resources_local','1000000 1');
insert into sqlite_stat1 VALUES('resources','resources_manager','1000000 10 1 1');
insert into sqlite_stat1 VALUES('jobs','jobs_open','2 1');
insert into sqlite_stat1 VALUES('job_rows','job_rows','1000000 10000 1');
insert into sqlite_stat1 VALUES('job_rows','job_rows_trouble','10000 1000 100 1');
insert into sqlite_stat1 VALUES('handover_people','handover_people_id','1000000 5 1');
insert into sqlite_stat1 VALUES('handover_people','handover_people_of','1000000 10000 2000 1');
insert into sqlite_stat1 VALUES('handover_members','handover_members_group','5000000 100 2 1');
insert into sqlite_stat1 VALUES('handover_members','handover_members_member','5000000 5 2 1');
insert into sqlite_stat1 VALUES('handover_members','handover_members_of','5000000 10000 5000 1');
