// The shapes that the backend gives, under the names the page uses. They are generated from Go.
import type { backend, main } from '../../wailsjs/go/models'

export type Activity = backend.Activity
export type ActivityDetail = backend.ActivityDetail
export type ActivityFilter = backend.ActivityFilter
export type ActivityFind = backend.ActivityFind
export type ActivityFound = backend.ActivityFound
export type ActivityPage = backend.ActivityPage
export type AddressChange = backend.AddressChange
export type Attribute = backend.Attribute
export type AuthtokenInfo = backend.AuthtokenInfo
export type CertificateInfo = backend.CertificateInfo
export type Change = backend.Change
export type CheckState = backend.CheckState
export type CheckStep = backend.CheckStep
export type CheckSummary = backend.CheckSummary
export type Connection = backend.Connection
export type ConnectionSettings = backend.ConnectionSettings
export type Counts = backend.Counts
export type EdgeInfo = backend.EdgeInfo
export type ExportRequest = backend.ExportRequest
export type ExportResult = backend.ExportResult
export type FolderInfo = main.FolderInfo
export type Gap = backend.Gap
export type Group = backend.Group
export type GroupRow = backend.GroupRow
export type GroupsPage = backend.GroupsPage
export type HistoryPage = backend.HistoryPage
export type HistoryQuery = backend.HistoryQuery
export type HistoryRow = backend.HistoryRow
export type Hour = backend.Hour
export type ListQuery = backend.ListQuery
export type MemberRow = backend.MemberRow
export type MembersPage = backend.MembersPage
export type NewOAuthClient = backend.NewOAuthClient
export type NewToken = backend.NewToken
export type OAuthInfo = backend.OAuthInfo
export type Overview = backend.Overview
export type PeoplePage = backend.PeoplePage
export type Person = backend.Person
export type PersonRow = backend.PersonRow
export type PowerInfo = backend.PowerInfo
export type Preferences = backend.Preferences
export type QuotaInfo = backend.QuotaInfo
export type Reference = backend.Reference
export type SampleInfo = backend.SampleInfo
export type SampleOptions = backend.SampleOptions
export type Settings = backend.Settings
export type SettingsChange = backend.SettingsChange
export type Snapshot = backend.Snapshot
export type TokenInfo = backend.TokenInfo
export type TokenRotation = backend.TokenRotation
export type Tokens = backend.Tokens
export type TokenUse = backend.TokenUse
export type TunnelInfo = backend.TunnelInfo

/** Says that something moved; it never carries rows. Wails generates no types for events, so this one is written out. */
export interface Notify {
  store: string
  activity: number
  people: boolean
  groups: boolean
  status: boolean
}
