export namespace backend {
	
	export interface Activity {
	    seq: number;
	    requestId: string;
	    at: string;
	    took: number;
	    method: string;
	    target: string;
	    status: number;
	    action: string;
	    type: string;
	    id: string;
	    identity: string;
	    scimType: string;
	    detail: string;
	    remote: string;
	    userAgent: string;
	}
	export interface ActivityHead {
	    first: number;
	    last: number;
	}
	export interface ActivityPage {
	    store: string;
	    head: ActivityHead;
	    rows: Activity[];
	}
	export interface ActivityQuery {
	    after: number;
	    before: number;
	    limit: number;
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
	export interface ListenerInfo {
	    serving: boolean;
	    since: string;
	    listen: string;
	    code: string;
	    message: string;
	}
	export interface TokenInfo {
	    exists: boolean;
	    lastFour: string;
	    created: string;
	    lastUsed: string;
	}
	export interface NewToken {
	    secret: string;
	    token: TokenInfo;
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
	    database: DatabaseInfo;
	    people: Counts;
	    groups: Counts;
	    activity: ActivityHead;
	    lastEntra: string;
	}

}

