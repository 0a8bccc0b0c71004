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
	    actor: string;
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
	    lacks: string;
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
	    other: boolean;
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
	export interface DiagnosticsFile {
	    name: string;
	    about: string;
	    text: string;
	}
	export interface Diagnostics {
	    id: string;
	    made: string;
	    files: DiagnosticsFile[];
	}
	
	export interface DiagnosticsSave {
	    id: string;
	    names: string[];
	    folder?: string;
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
	    quality?: string;
	    manager?: string;
	    ids?: string[];
	}
	export interface ExportRequest {
	    what: string;
	    format: string;
	    filter: ListQuery;
	    ids: string[];
	    columns?: string[];
	    folder: string;
	}
	export interface ExportResult {
	    path: string;
	    count: number;
	}
	export interface StateCount {
	    state: string;
	    count: number;
	}
	export interface Forecast {
	    plan: string;
	    total: number;
	    counts: StateCount[];
	    matching: string[];
	    format: string;
	    unknown: string[];
	    green: boolean;
	    twice: number;
	    fix: string;
	    mends: number;
	    withGroups: boolean;
	    groups: StateCount[];
	    groupsTotal: number;
	    groupsBy: string[];
	    groupsTwice: number;
	    groupsUnknown: string[];
	}
	export interface ForecastFix {
	    plan: string;
	    fix: string;
	    n: number[];
	}
	export interface ForecastFixed {
	    plan: string;
	    job: number;
	}
	export interface ForecastRow {
	    kind: string;
	    n: number;
	    line: number;
	    name: string;
	    upn: string;
	    objectId: string;
	    state: string;
	    by: string;
	    id: string;
	    here: string;
	    with: string;
	    withId: string;
	    members: number;
	    reason: string;
	    detail: string;
	    fix: string;
	    changes: Change[];
	}
	export interface ForecastPage {
	    forecast: Forecast;
	    total: number;
	    rows: ForecastRow[];
	}
	export interface ForecastRequest {
	    users: string;
	    scope: string;
	    groups: string;
	    matching: string[];
	    groupsBy: string[];
	}
	
	export interface Former {
	    userName: string;
	    until: string;
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
	export interface GuideStep {
	    id: string;
	    state: string;
	    by: string;
	    at: string;
	    detail: string;
	    value: string;
	    since: string;
	    request: number;
	}
	export interface Guide {
	    store: string;
	    step: string;
	    steps: GuideStep[];
	    plan: string;
	    role: string;
	    night: string;
	    portal: string;
	    cloud: string;
	    people: string;
	    address: string;
	    target: string;
	    tutorial: string[];
	    done: boolean;
	    hidden: boolean;
	}
	export interface GuideChange {
	    step: string;
	    skip: string;
	    done: string;
	    undone: string;
	    plan: string;
	    role: string;
	    night: string;
	    portal: string;
	    cloud: string;
	    people: string;
	    hidden: string;
	}
	
	export interface HandoverColumn {
	    header: string;
	    attribute: string;
	}
	export interface HandoverFault {
	    at: string;
	    code: string;
	    fault: string;
	}
	export interface HandoverInfo {
	    seq: number;
	    made: string;
	    joiners: number;
	    changes: number;
	    leavers: number;
	    in: number;
	    out: number;
	    noKey: number;
	    files: string[];
	    taken: string;
	    receipt: string;
	    cleaned: boolean;
	}
	export interface HandoverRow {
	    id: string;
	    name: string;
	    userName: string;
	    localId: string;
	    action: string;
	}
	export interface HandoverPage {
	    total: number;
	    counts: StateCount[];
	    rows: HandoverRow[];
	}
	export interface HandoverReceipt {
	    seq: number;
	    text: string;
	    keys: string;
	}
	export interface HandoverRequest {
	    folder: string;
	    again: number;
	    full: boolean;
	    format?: string;
	}
	
	export interface HandoverSettings {
	    format: string;
	    folder: string;
	    every: string;
	    at: string;
	    name: string;
	    people: HandoverColumn[];
	    members: HandoverColumn[];
	}
	export interface HandoverState {
	    settings: HandoverSettings;
	    attributes: string[];
	    pending: HandoverInfo;
	    noKey: number;
	    next: string;
	    fault: string;
	    faultCode: string;
	    list: HandoverInfo[];
	    memberAttributes: string[];
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
	export interface ImportColumn {
	    column: number;
	    header: string;
	    attribute: string;
	    samples: string[];
	    filled: number;
	}
	export interface ImportLook {
	    name: string;
	    format: string;
	    delimiter: string;
	    encoding: string;
	    header: boolean;
	    rows: number;
	    columns: ImportColumn[];
	    attributes: string[];
	    warnings: string[];
	    places: string[];
	}
	export interface ImportMapping {
	    column: number;
	    attribute: string;
	}
	export interface ImportReason {
	    code: string;
	    what: string[];
	    said: string[];
	}
	export interface ImportRow {
	    n: number;
	    line: number;
	    id: string;
	    name: string;
	    key: string;
	    localId: string;
	    state: string;
	    reason: string;
	    reasons: ImportReason[];
	    changes: Change[];
	}
	export interface ImportPlan {
	    plan: string;
	    kind: string;
	    total: number;
	    counts: StateCount[];
	    change: number;
	    remark: number;
	}
	export interface ImportPage {
	    plan: ImportPlan;
	    total: number;
	    rows: ImportRow[];
	}
	
	
	
	export interface ImportSource {
	    upload: string;
	    url: string;
	    token: string;
	    kind: string;
	    format: string;
	    delimiter: string;
	    encoding: string;
	    columns: ImportMapping[];
	    existing: string;
	}
	export interface JobExport {
	    job: number;
	    what: string;
	    format: string;
	    folder: string;
	}
	export interface JobInfo {
	    seq: number;
	    kind: string;
	    state: string;
	    face: string;
	    rule: string;
	    file: string;
	    made: string;
	    ended: string;
	    total: number;
	    done: number;
	    failed: number;
	    undone: number;
	    refused: number;
	    canUndo: boolean;
	    code: string;
	    fault: string;
	}
	export interface JobRow {
	    n: number;
	    id: string;
	    name: string;
	    from: string;
	    to: string;
	    action: string;
	    state: string;
	    code: string;
	    reason: string;
	}
	export interface JobPage {
	    total: number;
	    rows: JobRow[];
	}
	export interface JobQuery {
	    job: number;
	    state: string;
	    search: string;
	    from: number;
	    limit: number;
	}
	
	export interface JobUndo {
	    job: number;
	    n: number[];
	}
	
	export interface ListenerInfo {
	    serving: boolean;
	    since: string;
	    listen: string;
	    code: string;
	    message: string;
	}
	export interface Lookup {
	    plan: string;
	    name: string;
	    header: string[];
	    column: number;
	    total: number;
	    counts: StateCount[];
	    reused: number;
	}
	export interface LookupChoice {
	    plan: string;
	    n: number;
	    match: number;
	}
	export interface LookupMatch {
	    id: string;
	    name: string;
	    userName: string;
	    email: string;
	    externalId: string;
	    localId: string;
	    state: string;
	    until: string;
	}
	export interface LookupOut {
	    plan: string;
	    to: string[];
	    format: string;
	    folder: string;
	}
	export interface LookupRow {
	    n: number;
	    input: string;
	    cells: string[];
	    kind: string;
	    state: string;
	    chosen: number;
	    matches: LookupMatch[];
	}
	export interface LookupPage {
	    lookup: Lookup;
	    total: number;
	    rows: LookupRow[];
	}
	export interface LookupRequest {
	    upload: string;
	    from: string;
	    column: number;
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
	    localId: string;
	    role: string;
	    protected: boolean;
	    entra: boolean;
	    groups: number;
	    reports: number;
	    created: string;
	    changed: string;
	    lastAction: string;
	    former: string[];
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
	    mark: string;
	    localId: string;
	    role: string;
	    note: string;
	    protected: boolean;
	    entra: boolean;
	    former: Former[];
	    manager: Reference;
	    above: Reference[];
	    circle: boolean;
	    reports: number;
	    groups: Reference[];
	    attributes: Attribute[];
	    json: string;
	}
	export interface PersonEdit {
	    id: string;
	    version: number;
	    mark?: string;
	    localId: string;
	    role: string;
	    note: string;
	    protected: boolean;
	    values: Attribute[];
	}
	
	export interface PlanQuery {
	    plan: string;
	    state: string;
	    search: string;
	    from: number;
	    limit: number;
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
	export interface Quality {
	    counts: StateCount[];
	    localIds: boolean;
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
	    lastVia: string;
	    lastToken: string;
	    lastLocal: string;
	    refused: RefusedInfo;
	    sample: boolean;
	    target: string;
	    oneToken: boolean;
	    job: JobInfo;
	    handover: HandoverFault;
	}
	
	export interface TargetBroken {
	    type: string;
	    id: string;
	    name: string;
	    path: string;
	    value: string;
	    normal: string;
	    rule: string;
	}
	export interface TargetAttribute {
	    type: string;
	    path: string;
	    source: string;
	    kind: string;
	    required: boolean;
	    match: number;
	    apply: string;
	    rule: string;
	    note: string;
	    seen: string;
	    count: number;
	    missing: number;
	    broken: number;
	    examples: string[];
	}
	export interface Target {
	    id: string;
	    name: string;
	    basePath: string;
	    address: string;
	    groupKey: string;
	    oneToken: boolean;
	    roles: boolean;
	    own: boolean;
	    fault: string;
	    host: string;
	    exact: boolean;
	    attributes: TargetAttribute[];
	    unmapped: TargetAttribute[];
	    steps: string[];
	    strict: boolean;
	    people: number;
	    groups: number;
	    broken: TargetBroken[];
	    brokenTotal: number;
	    scanned: string;
	}
	
	
	export interface TargetChange {
	    id: string;
	    strict: boolean;
	    administrator: string;
	}
	export interface TargetInfo {
	    id: string;
	    name: string;
	    basePath: string;
	    address: string;
	    groupKey: string;
	    oneToken: boolean;
	    roles: boolean;
	    own: boolean;
	    fault: string;
	}
	export interface Targets {
	    active: string;
	    strict: boolean;
	    administrator: string;
	    actor: string;
	    list: TargetInfo[];
	    folder: string;
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
	
	export interface Upload {
	    id: string;
	    name: string;
	    size: number;
	}
	export interface UploadPart {
	    id: string;
	    name: string;
	    data: string;
	}
	export interface UserIDChoice {
	    plan: string;
	    n: number;
	    do: string;
	    to: string;
	}
	export interface UserIDRow {
	    n: number;
	    id: string;
	    name: string;
	    from: string;
	    to: string;
	    state: string;
	    code: string;
	    what: string;
	    reason: string;
	    with: string;
	    withId: string;
	    withFrom: string;
	    chain: boolean;
	    settled: string;
	    owned: boolean;
	}
	export interface UserIDPlan {
	    plan: string;
	    total: number;
	    counts: StateCount[];
	    open: number;
	    change: number;
	    matching: boolean;
	    now: string;
	}
	export interface UserIDPage {
	    plan: UserIDPlan;
	    total: number;
	    rows: UserIDRow[];
	}
	
	
	export interface UserIDRule {
	    to: string;
	    emailType: string;
	    fromDomain: string;
	    toDomain: string;
	    template: string;
	    upload: string;
	    search: string;
	    state: string;
	    group: string;
	    quality: string;
	    ids: string[];
	    owned: boolean;
	}

}

export namespace main {
	
	export interface FolderInfo {
	    folder: string;
	    by: string;
	}

}

