export namespace backend {
	
	export interface Activity {
	    seq: number;
	    requestId: string;
	    at: string;
	    took: number;
	    method: string;
	    target: string;
	    status: number;
	    outcome: string;
	    action: string;
	    type: string;
	    id: string;
	    identity: string;
	    scimType: string;
	    detail: string;
	    remote: string;
	    userAgent: string;
	    via: string;
	    unlike: string[];
	    lastFour: string;
	}
	export interface Change {
	    path: string;
	    kind: string;
	    old: string;
	    new: string;
	    oldName: string;
	    newName: string;
	}
	export interface Reference {
	    type: string;
	    id: string;
	    name: string;
	    state: string;
	    found: boolean;
	}
	export interface HistoryRow {
	    seq: number;
	    at: string;
	    action: string;
	    origin: string;
	    requestId: string;
	    activity: number;
	    resource: Reference;
	    other: Reference;
	    changes: Change[];
	}
	export interface ActivityDetail {
	    store: string;
	    row: Activity;
	    request: string;
	    response: string;
	    requestCut: boolean;
	    responseCut: boolean;
	    changes: HistoryRow[];
	    changesMore: boolean;
	    curl: string;
	    powerShell: string;
	}
	export interface ActivityFilter {
	    outcomes: string[];
	    methods: string[];
	    actions: string[];
	    status: number;
	    person: string;
	    resource: string;
	    text: string;
	    from: string;
	    until: string;
	    unlike: boolean;
	}
	export interface ActivityFind {
	    filter: ActivityFilter;
	    before: number;
	    after: number;
	    limit: number;
	}
	export interface ActivityHead {
	    first: number;
	    last: number;
	}
	export interface ActivityFound {
	    store: string;
	    seqs: number[];
	    through: number;
	    done: boolean;
	    head: ActivityHead;
	}
	
	export interface ActivityPage {
	    store: string;
	    head: ActivityHead;
	    rows: Activity[];
	}
	export interface AddressChange {
	    old: string;
	    new: string;
	    at: string;
	}
	export interface Attribute {
	    path: string;
	    value: string;
	}
	export interface AuthtokenInfo {
	    exists: boolean;
	    place: string;
	    keychain: boolean;
	    problem: string;
	}
	export interface CertificateInfo {
	    names: string[];
	    until: string;
	    problem: string;
	}
	
	export interface CheckStep {
	    name: string;
	    state: string;
	    took: number;
	    where: string;
	    code: string;
	    detail: string;
	    facts: string[];
	}
	export interface CheckState {
	    running: boolean;
	    started: string;
	    finished: string;
	    address: string;
	    person: boolean;
	    cause: string;
	    ok: boolean;
	    failed: string;
	    steps: CheckStep[];
	}
	
	export interface CheckSummary {
	    running: boolean;
	    finished: string;
	    ok: boolean;
	    failed: string;
	}
	export interface ConnectionSettings {
	    way: string;
	    domain: string;
	    proxy: string;
	    edgePolicy: boolean;
	    entraOnly: boolean;
	    publicUrl: string;
	    certFile: string;
	    keyFile: string;
	    trustedProxies: string;
	    keepAwake: boolean;
	    allNight: string;
	    plan: string;
	    fixed: string;
	}
	export interface Gap {
	    from: string;
	    to: string;
	    cause: string;
	    detail: string;
	    seconds: number;
	    visits: number;
	}
	export interface PowerInfo {
	    wanted: boolean;
	    holding: boolean;
	    means: string;
	    problem: string;
	}
	export interface QuotaInfo {
	    plan: string;
	    month: string;
	    requests: number;
	    requestLimit: number;
	    bytes: number;
	    byteLimit: number;
	    percent: number;
	    level: string;
	    people: number;
	    cycleRequests: number;
	    monthEnd: number;
	}
	export interface EdgeInfo {
	    state: string;
	    code: string;
	    detail: string;
	    rules: string[];
	}
	export interface TunnelInfo {
	    way: string;
	    state: string;
	    since: string;
	    code: string;
	    message: string;
	    detail: string;
	    ngrok: string;
	    attempt: number;
	    nextTry: string;
	    region: string;
	    latency: number;
	    account: string;
	    plan: string;
	    reconnectsToday: number;
	    lastReconnect: string;
	    lastOutage: number;
	}
	export interface Connection {
	    address: string;
	    tunnel: TunnelInfo;
	    edge: EdgeInfo;
	    changed: AddressChange;
	    authtoken: AuthtokenInfo;
	    quota: QuotaInfo;
	    power: PowerInfo;
	    gaps: Gap[];
	    settings: ConnectionSettings;
	    certificate: CertificateInfo;
	}
	
	export interface Counts {
	    total: number;
	    active: number;
	    deleted: number;
	}
	export interface DatabaseInfo {
	    state: string;
	    since: string;
	    detail: string;
	}
	
	export interface ListQuery {
	    list: string;
	    search: string;
	    state: string;
	    sort: string;
	    descending: boolean;
	    from: number;
	    limit: number;
	    group: string;
	    ids?: string[];
	}
	export interface ExportRequest {
	    what: string;
	    format: string;
	    filter: ListQuery;
	    ids: string[];
	    folder: string;
	}
	export interface ExportResult {
	    path: string;
	    count: number;
	}
	
	export interface Group {
	    store: string;
	    id: string;
	    externalId: string;
	    name: string;
	    state: string;
	    members: number;
	    unknown: number;
	    created: string;
	    changed: string;
	    deleted: string;
	    version: number;
	    attributes: Attribute[];
	    json: string;
	    membersCut: boolean;
	}
	export interface GroupRow {
	    id: string;
	    name: string;
	    state: string;
	    externalId: string;
	    members: number;
	    created: string;
	    changed: string;
	    lastAction: string;
	}
	export interface GroupsPage {
	    store: string;
	    list: string;
	    total: number;
	    from: number;
	    rows: GroupRow[];
	}
	export interface HistoryPage {
	    store: string;
	    rows: HistoryRow[];
	    more: boolean;
	}
	export interface HistoryQuery {
	    type: string;
	    id: string;
	    before: number;
	    limit: number;
	}
	
	export interface Hour {
	    at: string;
	    success: number;
	    notFound: number;
	    failure: number;
	    error: number;
	    cutOff: number;
	}
	
	export interface ListenerInfo {
	    serving: boolean;
	    since: string;
	    listen: string;
	    code: string;
	    message: string;
	}
	export interface MemberRow {
	    id: string;
	    type: string;
	    name: string;
	    userName: string;
	    state: string;
	    added: string;
	}
	export interface MembersPage {
	    store: string;
	    list: string;
	    total: number;
	    from: number;
	    rows: MemberRow[];
	}
	export interface OAuthInfo {
	    on: boolean;
	    tokenUrl: string;
	    clientId: string;
	    lastFour: string;
	    created: string;
	    lastUsed: string;
	}
	export interface NewOAuthClient {
	    secret: string;
	    client: OAuthInfo;
	}
	export interface TokenInfo {
	    exists: boolean;
	    id: string;
	    lastFour: string;
	    created: string;
	    lastUsed: string;
	    lastRefused: string;
	    ended: string;
	    expires: string;
	}
	export interface NewToken {
	    secret: string;
	    token: TokenInfo;
	}
	
	export interface Overview {
	    store: string;
	    hours: Hour[];
	    failures: number;
	    refused: number;
	    failed: Activity[];
	    changes: HistoryRow[];
	}
	export interface PersonRow {
	    id: string;
	    name: string;
	    userName: string;
	    email: string;
	    state: string;
	    title: string;
	    department: string;
	    externalId: string;
	    groups: number;
	    created: string;
	    changed: string;
	    lastAction: string;
	}
	export interface PeoplePage {
	    store: string;
	    list: string;
	    total: number;
	    from: number;
	    rows: PersonRow[];
	}
	export interface Person {
	    store: string;
	    id: string;
	    externalId: string;
	    name: string;
	    userName: string;
	    email: string;
	    state: string;
	    created: string;
	    changed: string;
	    deleted: string;
	    version: number;
	    manager: Reference;
	    groups: Reference[];
	    attributes: Attribute[];
	    json: string;
	}
	
	
	export interface View {
	    name: string;
	    state: string;
	}
	export interface Preferences {
	    theme: string;
	    language: string;
	    views: View[];
	}
	
	
	export interface RefusedInfo {
	    at: string;
	    remote: string;
	    detail: string;
	    lastFour: string;
	    ended: string;
	    activity: number;
	}
	export interface SampleInfo {
	    active: boolean;
	    playing: boolean;
	    people: number;
	    speed: string;
	    phase: string;
	    cycle: number;
	    requests: number;
	    agreed: boolean;
	    code: string;
	    message: string;
	    liveRequests: number;
	    liveServing: boolean;
	    liveSince: string;
	}
	export interface SampleOptions {
	    people: number;
	    speed: string;
	}
	export interface Settings {
	    listen: string;
	    listenFixed: string;
	    requestDays: number;
	    deletedDays: number;
	    folder: string;
	    size: number;
	    requests: number;
	}
	export interface SettingsChange {
	    listen: string;
	    requestDays: number;
	    deletedDays: number;
	}
	export interface Snapshot {
	    store: string;
	    version: string;
	    face: string;
	    started: string;
	    folder: string;
	    address: string;
	    listener: ListenerInfo;
	    token: TokenInfo;
	    oldToken: TokenInfo;
	    tunnel: TunnelInfo;
	    changed: AddressChange;
	    quota: string;
	    check: CheckSummary;
	    gap: Gap;
	    database: DatabaseInfo;
	    people: Counts;
	    groups: Counts;
	    activity: ActivityHead;
	    oauth: boolean;
	    lastEntra: string;
	    refused: RefusedInfo;
	    sample: boolean;
	}
	
	export interface TokenRotation {
	    leaked: boolean;
	    force: boolean;
	    expires: string;
	}
	export interface TokenUse {
	    at: string;
	    activity: number;
	    lastFour: string;
	    accepted: boolean;
	}
	export interface Tokens {
	    current: TokenInfo;
	    old: TokenInfo;
	    newSeen: boolean;
	    oldEnds: string;
	    asks: boolean;
	    reminds: boolean;
	    expiring: boolean;
	    recent: TokenUse[];
	    ended: TokenInfo[];
	    oauth: OAuthInfo;
	}
	

}

export namespace main {
	
	export interface FolderInfo {
	    folder: string;
	    by: string;
	}

}

