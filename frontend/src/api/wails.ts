// The only place that knows Wails. Every call has a time-out: the promise of a call whose answer got lost never settles.
import * as app from '../../wailsjs/go/main/App'
import { EventsOn } from '../../wailsjs/runtime/runtime'
import { ApiError, toApiError } from './errors'
import type {
  ActivityDetail, ActivityFind, ActivityFound, ActivityPage, CheckState, Connection, ConnectionSettings, Diagnostics, DiagnosticsSave, ExportRequest, ExportResult, FolderInfo,
  Forecast, ForecastFix, ForecastFixed, ForecastPage, ForecastRequest, Group, GroupsPage, Guide, GuideChange, HandoverInfo, HandoverPage, HandoverReceipt,
  HandoverRequest, HandoverSettings, HandoverState, HistoryPage, HistoryQuery, ImportLook, ImportPage, ImportPlan, ImportSource, JobExport, JobInfo,
  JobPage, JobQuery, JobUndo, ListQuery, Lookup, LookupChoice, LookupOut, LookupPage, LookupRequest, MembersPage, NewOAuthClient, NewToken, Notify,
  Overview, PeoplePage, Person, PersonEdit, PlanQuery, Preferences, Quality, SampleInfo, SampleOptions, Settings, SettingsChange, Snapshot, Target,
  TargetChange, TargetInfo, Targets, TokenRotation, Tokens, Upload, UploadPart, UserIDChoice, UserIDPage, UserIDPlan, UserIDRow, UserIDRule,
} from './types'

/** A little more than the backend's own 10 s, so that its reason comes first where there is one. */
const callTimeout = 12_000
/** Of what waits for the user, or writes a large file. */
const longTimeout = 10 * 60_000
/** Of what goes through everybody: previews, forecasts, counts. A little more than the backend's own. */
const planTimeout = 5 * 60_000 + 5_000
/** Of another folder, whose database may have to be updated. A little more than the backend's own. */
const openTimeout = 31 * 60_000

async function call<T>(start: () => Promise<T>, timeout = callTimeout): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ApiError('CALL_TIMEOUT', '')), timeout)
  })
  try {
    return await Promise.race([start(), late])
  } catch (thrown) {
    throw toApiError(thrown)
  } finally {
    clearTimeout(timer)
  }
}

export const snapshot = (): Promise<Snapshot> => call(app.Snapshot)
export const findActivity = (find: ActivityFind): Promise<ActivityFound> => call(() => app.FindActivity(find))
export const activityAt = (seqs: number[]): Promise<ActivityPage> => call(() => app.ActivityAt(seqs))
export const activityDetail = (seq: number): Promise<ActivityDetail> => call(() => app.ActivityDetail(seq))
export const overview = (): Promise<Overview> => call(app.Overview)
export const people = (query: ListQuery): Promise<PeoplePage> => call(() => app.People(query))
export const person = (id: string): Promise<Person> => call(() => app.Person(id))
export const groups = (query: ListQuery): Promise<GroupsPage> => call(() => app.Groups(query))
export const group = (id: string): Promise<Group> => call(() => app.Group(id))
export const members = (query: ListQuery): Promise<MembersPage> => call(() => app.Members(query))
export const history = (query: HistoryQuery): Promise<HistoryPage> => call(() => app.History(query))
export const restore = (type: 'User' | 'Group', id: string): Promise<void> => call(() => app.Restore(type, id))
export const exportFile = (request: ExportRequest): Promise<ExportResult> => call(() => app.ExportFile(request), longTimeout)
export const cancelExport = (): Promise<void> => call(app.CancelExport)
export const showFile = (path: string): Promise<void> => call(() => app.ShowFile(path))
export const diagnostics = (): Promise<Diagnostics> => call(app.Diagnostics)
export const saveDiagnostics = (save: DiagnosticsSave): Promise<ExportResult> => call(() => app.SaveDiagnostics(save))
export const settings = (): Promise<Settings> => call(app.Settings)
export const saveSettings = (change: SettingsChange): Promise<Settings> => call(() => app.SaveSettings(change))
export const folder = (): Promise<FolderInfo> => call(app.Folder)
export const chooseFolder = (title: string): Promise<string> => call(() => app.ChooseFolder(title), longTimeout)
export const useFolder = (path: string): Promise<void> => call(() => app.UseFolder(path), openTimeout)
export const preferences = (): Promise<Preferences> => call(app.Preferences)
export const savePreferences = (theme: string, language: string): Promise<void> => call(() => app.SavePreferences(theme, language))
export const saveView = (name: string, state: string): Promise<void> => call(() => app.SaveView({ name, state }))
/** What lists can be written as. */
export type Format = 'csv' | 'json'
/** Pages of others that the window may open in the browser; app.go has their addresses. */
export type Page = 'entra' | 'entra-usgov' | 'scim-docs' | 'ngrok' | 'ngrok-authtoken' | 'ngrok-domains' | 'ngrok-agents' | 'ngrok-pricing'
export const openPage = (name: Page): Promise<void> => call(() => app.OpenPage(name))
export const startSample = (options: SampleOptions): Promise<void> => call(() => app.StartSample(options))
export const leaveSample = (): Promise<void> => call(app.LeaveSample)
export const sampleState = (): Promise<SampleInfo> => call(app.SampleState)
export const endToken = (): Promise<void> => call(app.EndToken)
export const rotateToken = (how: TokenRotation): Promise<NewToken> => call(() => app.RotateToken(how))
export const tokens = (): Promise<Tokens> => call(app.Tokens)
export const undoRotation = (): Promise<void> => call(app.UndoRotation)
export const finishRotation = (): Promise<void> => call(app.FinishRotation)
export const setTokenExpiry = (at: string): Promise<void> => call(() => app.SetTokenExpiry(at))
export const dismissReminder = (): Promise<void> => call(app.DismissReminder)
export const makeOAuthClient = (): Promise<NewOAuthClient> => call(app.MakeOAuthClient)
export const endOAuthClient = (): Promise<void> => call(app.EndOAuthClient)
export const connection = (): Promise<Connection> => call(app.Connection)
export const saveConnection = (settings: ConnectionSettings): Promise<Connection> => call(() => app.SaveConnection(settings))
export const saveAuthtoken = (secret: string, place: 'keychain' | 'file'): Promise<void> => call(() => app.SaveAuthtoken(secret, place))
export const forgetAuthtoken = (): Promise<void> => call(app.ForgetAuthtoken)
export const startTunnel = (): Promise<void> => call(app.StartTunnel)
export const stopTunnel = (): Promise<void> => call(app.StopTunnel)
export const reconnect = (): Promise<void> => call(app.Reconnect)
export const settleAddress = (): Promise<void> => call(app.SettleAddress)
export const startCheck = (person: boolean): Promise<CheckState> => call(() => app.StartCheck(person))
export const check = (): Promise<CheckState> => call(app.Check)
export const cancelCheck = (): Promise<void> => call(app.CancelCheck)
export const putUpload = (part: UploadPart): Promise<Upload> => call(() => app.PutUpload(part), planTimeout)
export const dropUpload = (id: string): Promise<void> => call(() => app.DropUpload(id))
export const editPerson = (edit: PersonEdit): Promise<Person> => call(() => app.EditPerson(edit))
export const purge = (type: 'User' | 'Group', ids: string[]): Promise<number> => call(() => app.Purge(type, ids), planTimeout)
export const quality = (): Promise<Quality> => call(app.Quality, planTimeout)
export const planUserIds = (rule: UserIDRule): Promise<UserIDPlan> => call(() => app.PlanUserIDs(rule), planTimeout)
/** What a rule makes of the first whom it is about; nothing is kept. */
export const exampleUserId = (rule: UserIDRule): Promise<UserIDRow> => call(() => app.ExampleUserID(rule))
export const userIdRows = (query: PlanQuery): Promise<UserIDPage> => call(() => app.UserIDRows(query))
export const settleUserId = (choice: UserIDChoice): Promise<UserIDPlan> => call(() => app.SettleUserID(choice), planTimeout)
export const exportUserIds = (plan: string, format: Format): Promise<ExportResult> => call(() => app.ExportUserIDs(plan, format), longTimeout)
export const applyUserIds = (plan: string): Promise<JobInfo> => call(() => app.ApplyUserIDs(plan), planTimeout)
export const lookAtImport = (source: ImportSource): Promise<ImportLook> => call(() => app.LookAtImport(source), planTimeout)
export const planImport = (source: ImportSource): Promise<ImportPlan> => call(() => app.PlanImport(source), planTimeout)
export const importRows = (query: PlanQuery): Promise<ImportPage> => call(() => app.ImportRows(query))
export const exportImport = (plan: string, format: Format): Promise<ExportResult> => call(() => app.ExportImport(plan, format), longTimeout)
export const applyImport = (plan: string): Promise<JobInfo> => call(() => app.ApplyImport(plan), planTimeout)
export const jobs = (): Promise<JobInfo[]> => call(app.Jobs)
export const job = (seq: number): Promise<JobInfo> => call(() => app.Job(seq))
export const jobRows = (query: JobQuery): Promise<JobPage> => call(() => app.JobRows(query))
export const undoJob = (undo: JobUndo): Promise<JobInfo> => call(() => app.UndoJob(undo), planTimeout)
export const exportJob = (request: JobExport): Promise<ExportResult> => call(() => app.ExportJob(request), longTimeout)
export const lookUp = (request: LookupRequest): Promise<Lookup> => call(() => app.LookUp(request), planTimeout)
export const lookupRows = (query: PlanQuery): Promise<LookupPage> => call(() => app.LookupRows(query))
export const chooseLookup = (choice: LookupChoice): Promise<Lookup> => call(() => app.ChooseLookup(choice))
export const lookupText = (out: LookupOut): Promise<string> => call(() => app.LookupText(out), planTimeout)
export const exportLookup = (out: LookupOut): Promise<ExportResult> => call(() => app.ExportLookup(out), longTimeout)
export const makeForecast = (request: ForecastRequest): Promise<Forecast> => call(() => app.MakeForecast(request), planTimeout)
export const forecastRows = (query: PlanQuery): Promise<ForecastPage> => call(() => app.ForecastRows(query))
export const forecastGroups = (query: PlanQuery): Promise<ForecastPage> => call(() => app.ForecastGroups(query))
export const fixForecast = (fix: ForecastFix): Promise<ForecastFixed> => call(() => app.FixForecast(fix), planTimeout)
export const exportForecast = (plan: string, format: Format): Promise<ExportResult> => call(() => app.ExportForecast(plan, format), longTimeout)
/** What the mapping table is written as, and in which language. */
export type TargetFormat = 'html' | 'text' | 'html-de' | 'text-de'
export const targets = (): Promise<Targets> => call(app.Targets)
/** One target in full; '' is the active one. */
export const target = (id: string): Promise<Target> => call(() => app.Target(id), planTimeout)
export const saveTarget = (change: TargetChange): Promise<Targets> => call(() => app.SaveTarget(change), planTimeout)
/** Makes a file of the admin's own of a target, to be changed in an editor. */
export const copyTarget = (id: string): Promise<TargetInfo> => call(() => app.CopyTarget(id))
export const targetPage = (format: TargetFormat): Promise<string> => call(() => app.TargetPage(format), planTimeout)
export const exportTargetPage = (format: TargetFormat): Promise<ExportResult> => call(() => app.ExportTargetPage(format), longTimeout)
export const guide = (): Promise<Guide> => call(app.Guide)
export const saveGuide = (change: GuideChange): Promise<Guide> => call(() => app.SaveGuide(change))
export const handover = (): Promise<HandoverState> => call(app.Handover, planTimeout)
export const handoverRows = (query: PlanQuery): Promise<HandoverPage> => call(() => app.HandoverRows(query), planTimeout)
export const saveHandover = (settings: HandoverSettings): Promise<HandoverState> => call(() => app.SaveHandover(settings), planTimeout)
export const handOver = (request: HandoverRequest): Promise<HandoverInfo> => call(() => app.HandOver(request), planTimeout)
export const giveReceipt = (receipt: HandoverReceipt): Promise<HandoverInfo> => call(() => app.GiveReceipt(receipt), planTimeout)
export const retry = (): Promise<void> => call(app.Retry)
export const copyText = (text: string, secret = false): Promise<void> => call(() => app.CopyText(text, secret))
export const forgetSecret = (): Promise<boolean> => call(app.ForgetSecret)
export const painted = (at: number): Promise<void> => call(() => app.Painted(at))

/** Starts the notifications; the returned function stops listening. */
export async function watch(listener: (n: Notify) => void): Promise<() => void> {
  const stop = EventsOn('notify', listener)
  try {
    await call(app.Watch)
  } catch (thrown) {
    stop()
    throw thrown
  }
  return stop
}
