-- What a public address needs. A token that is replaced goes on until its successor is in use: replaced_by is that one's id. An ended
-- token keeps its hash, so that whoever still sends it can be told which it was.
alter table tokens add column first_used_at   integer;
alter table tokens add column replaced_by     text;
alter table tokens add column expires_at      integer;
alter table tokens add column last_refused_at integer;

-- How a request came (tunnel, proxy or local), what about it is unlike Entra, and the last four characters of a secret that was
-- refused.
alter table activity add column via    text not null default '';
alter table activity add column unlike text not null default '';
alter table activity add column hint   text not null default '';

-- What went through the tunnel in a month, for the meter against the plan's limits. month is 2026-11, UTC.
create table traffic_months (
    month    text    primary key,
    requests integer not null,
    bytes    integer not null
) strict, without rowid;

-- When nobody could reach the server, and why. ended_at is null while it lasts.
create table gaps (
    seq      integer primary key,
    began_at integer not null,
    ended_at integer,
    cause    text    not null,
    detail   text    not null
) strict;

create index gaps_time on gaps (began_at);

-- OAuth 2.0 client credentials (RFC 6749 section 4.4): the client that the admin made, and the access tokens it was given.
create table oauth_clients (
    id           text    primary key,
    hash         blob    not null,
    last_four    text    not null,
    created_at   integer not null,
    ended_at     integer,
    last_used_at integer
) strict, without rowid;

create table access_tokens (
    hash       blob    primary key,
    client_id  text    not null references oauth_clients (id) on delete cascade,
    created_at integer not null,
    expires_at integer not null
) strict, without rowid;

create index access_tokens_client  on access_tokens (client_id);
create index access_tokens_expires on access_tokens (expires_at);
