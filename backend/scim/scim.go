// Package scim is the SCIM 2.0 protocol (RFC 7643, RFC 7644) without a network and without a database: schema
// tables, resources, filters, paths, patches, projections, the answers' JSON and the errors. It is pure: nothing here
// reads a clock, logs, or does I/O.
//
// What Microsoft Entra ID sends differs from the RFCs in many small ways (operators in upper case, booleans as
// strings, dotted keys, managers as bare strings). All of that is undone in entra.go, at the edge, so that everything
// behind it sees one canonical form.
package scim

// The schema and message URNs of RFC 7643 section 10 and RFC 7644 section 8.2.
const (
	UserURN         = "urn:ietf:params:scim:schemas:core:2.0:User"
	GroupURN        = "urn:ietf:params:scim:schemas:core:2.0:Group"
	EnterpriseURN   = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	SchemaURN       = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	ResourceTypeURN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	ConfigURN       = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	ListURN         = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	PatchURN        = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	ErrorURN        = "urn:ietf:params:scim:api:messages:2.0:Error"
)

// MediaType is the exact Content-Type of every answer (RFC 7644 section 8.1).
const MediaType = "application/scim+json"
