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
export type Diagnostics = backend.Diagnostics
export type DiagnosticsFile = backend.DiagnosticsFile
export type DiagnosticsSave = backend.DiagnosticsSave
export type EdgeInfo = backend.EdgeInfo
export type ExportRequest = backend.ExportRequest
export type ExportResult = backend.ExportResult
export type FolderInfo = main.FolderInfo
export type Forecast = backend.Forecast
export type ForecastFix = backend.ForecastFix
export type ForecastFixed = backend.ForecastFixed
export type ForecastPage = backend.ForecastPage
export type ForecastRequest = backend.ForecastRequest
export type ForecastRow = backend.ForecastRow
export type Former = backend.Former
export type Gap = backend.Gap
export type Group = backend.Group
export type GroupRow = backend.GroupRow
export type GroupsPage = backend.GroupsPage
export type Guide = backend.Guide
export type GuideChange = backend.GuideChange
export type GuideStep = backend.GuideStep
export type HandoverColumn = backend.HandoverColumn
export type HandoverInfo = backend.HandoverInfo
export type HandoverPage = backend.HandoverPage
export type HandoverReceipt = backend.HandoverReceipt
export type HandoverRequest = backend.HandoverRequest
export type HandoverRow = backend.HandoverRow
export type HandoverSettings = backend.HandoverSettings
export type HandoverState = backend.HandoverState
export type HistoryPage = backend.HistoryPage
export type HistoryQuery = backend.HistoryQuery
export type HistoryRow = backend.HistoryRow
export type Hour = backend.Hour
export type ImportColumn = backend.ImportColumn
export type ImportLook = backend.ImportLook
export type ImportMapping = backend.ImportMapping
export type ImportPage = backend.ImportPage
export type ImportPlan = backend.ImportPlan
export type ImportRow = backend.ImportRow
export type ImportSource = backend.ImportSource
export type JobExport = backend.JobExport
export type JobInfo = backend.JobInfo
export type JobPage = backend.JobPage
export type JobQuery = backend.JobQuery
export type JobRow = backend.JobRow
export type JobUndo = backend.JobUndo
export type ListQuery = backend.ListQuery
export type Lookup = backend.Lookup
export type LookupChoice = backend.LookupChoice
export type LookupMatch = backend.LookupMatch
export type LookupOut = backend.LookupOut
export type LookupPage = backend.LookupPage
export type LookupRequest = backend.LookupRequest
export type LookupRow = backend.LookupRow
export type MemberRow = backend.MemberRow
export type MembersPage = backend.MembersPage
export type NewOAuthClient = backend.NewOAuthClient
export type NewToken = backend.NewToken
export type OAuthInfo = backend.OAuthInfo
export type Overview = backend.Overview
export type PeoplePage = backend.PeoplePage
export type Person = backend.Person
export type PersonEdit = backend.PersonEdit
export type PersonRow = backend.PersonRow
export type PlanQuery = backend.PlanQuery
export type PowerInfo = backend.PowerInfo
export type Preferences = backend.Preferences
export type Quality = backend.Quality
export type QuotaInfo = backend.QuotaInfo
export type Reference = backend.Reference
export type SampleInfo = backend.SampleInfo
export type SampleOptions = backend.SampleOptions
export type Settings = backend.Settings
export type SettingsChange = backend.SettingsChange
export type Snapshot = backend.Snapshot
export type StateCount = backend.StateCount
export type Target = backend.Target
export type TargetAttribute = backend.TargetAttribute
export type TargetBroken = backend.TargetBroken
export type TargetChange = backend.TargetChange
export type TargetInfo = backend.TargetInfo
export type Targets = backend.Targets
export type TokenInfo = backend.TokenInfo
export type TokenRotation = backend.TokenRotation
export type Tokens = backend.Tokens
export type TokenUse = backend.TokenUse
export type TunnelInfo = backend.TunnelInfo
export type Upload = backend.Upload
export type UploadPart = backend.UploadPart
export type UserIDChoice = backend.UserIDChoice
export type UserIDPage = backend.UserIDPage
export type UserIDPlan = backend.UserIDPlan
export type UserIDRow = backend.UserIDRow
export type UserIDRule = backend.UserIDRule

/** Says that something moved; it never carries rows. Wails generates no types for events, so this one is written out. */
export interface Notify {
  store: string
  activity: number
  people: boolean
  groups: boolean
  status: boolean
}
