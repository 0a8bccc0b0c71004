import { ApiError, toApiError } from '../api/errors'
import type { PlanQuery, UserIDChoice, UserIDPage, UserIDPlan, UserIDRow, UserIDRule } from '../api/types'
import * as wails from '../api/wails'
import { Observable } from '../lib/observable'
import { perStore } from '../lib/per-store'
import { PlanList } from './plan'
import { FileUpload } from './upload'

/** What user IDs can be converted to, in the order of the page. */
export const targets = ['email', 'other-email', 'mailbox', 'domain', 'template', 'employee-number', 'external-id', 'local-id', 'file', 'former'] as const
export type To = (typeof targets)[number]

/** Whose user IDs are converted. */
export type Whom = 'all' | 'filter' | 'group' | 'ids'

/** A rule as it stands in the form; the backend judges it. */
export interface RuleForm {
  to: To
  emailType: string
  fromDomain: string
  toDomain: string
  template: string
  whom: Whom
  search: string
  state: '' | 'active' | 'disabled'
  quality: string
  group: { id: string; name: string } | null
  ids: readonly string[]
  owned: boolean
}

export const firstForm: RuleForm = {
  to: 'email', emailType: 'home', fromDomain: '', toDomain: '', template: '{givenName|first}{familyName}@{domain}', whom: 'all', search: '', state: '', quality: '', group: null, ids: [], owned: false,
}

/** What is sent for a form: nothing of what is not chosen. */
export function ruleOf(form: RuleForm, upload: string): UserIDRule {
  const of = (to: To, text: string) => (form.to === to ? text.trim() : '')
  return {
    to: form.to,
    emailType: of('other-email', form.emailType),
    fromDomain: of('domain', form.fromDomain),
    toDomain: of('domain', form.toDomain),
    template: form.to === 'template' ? form.template : '',
    upload: of('file', upload),
    search: form.whom === 'filter' ? form.search.trim() : '',
    state: form.whom === 'filter' ? form.state : '',
    quality: form.whom === 'filter' ? form.quality : '',
    group: form.whom === 'group' ? (form.group?.id ?? '') : '',
    ids: form.whom === 'ids' ? [...form.ids] : [],
    owned: form.owned,
  }
}

/** What a form lacks before anybody can be asked; null for nothing. */
export function lacks(form: RuleForm, upload: string): 'file' | 'group' | 'domain' | 'template' | 'emailType' | null {
  if (form.to === 'file' && upload === '') return 'file'
  if (form.to === 'domain' && (form.fromDomain.trim() === '' || form.toDomain.trim() === '')) return 'domain'
  if (form.to === 'template' && form.template.trim() === '') return 'template'
  if (form.to === 'other-email' && form.emailType.trim() === '') return 'emailType'
  return form.whom === 'group' && form.group === null ? 'group' : null
}

/** What is under way, and what an error belongs to. */
export type Work = 'plan' | 'open' | 'settle' | 'apply'

export interface ConvertView {
  form: RuleForm
  plan: UserIDPlan | null
  /** The rule of the plan as it was sent; '' for a plan that was made elsewhere. */
  planned: string
  working: Work | null
  failed: { work: Work; error: ApiError } | null
  /** The job that was begun here; 0 for none. */
  job: number
}

type Api = Pick<typeof wails, 'planUserIds' | 'userIdRows' | 'settleUserId' | 'applyUserIds' | 'putUpload' | 'dropUpload'>

/** The way from a rule to a conversion: the form, the preview and what was settled in it, the job. One thing is done at a time. */
export class Convert {
  readonly view = new Observable<ConvertView>({ form: firstForm, plan: null, planned: '', working: null, failed: null, job: 0 })
  readonly upload: FileUpload
  readonly rows: PlanList<UserIDRow, UserIDPage>

  readonly #api: Api

  constructor(api: Api = wails) {
    this.#api = api
    this.upload = new FileUpload(api)
    this.rows = new PlanList<UserIDRow, UserIDPage>(
      (q: PlanQuery) => this.#api.userIdRows(q),
      ({ plan }) => this.#came(plan),
    )
  }

  /** Changes the form. What was worked out stays and is of another rule then, as isOutdated says. */
  set(part: Partial<RuleForm>): void {
    const { form, failed } = this.view.get()
    this.#change({ form: { ...form, ...part }, failed: failed?.work === 'plan' ? null : failed })
  }

  /** The rule as it stands in the form. */
  rule(): UserIDRule {
    return ruleOf(this.view.get().form, this.upload.view.get().id)
  }

  /** The form says something else than the plan was made of. */
  isOutdated(): boolean {
    const { plan, planned } = this.view.get()
    return plan !== null && planned !== '' && planned !== JSON.stringify(this.rule())
  }

  /** Works out what the rule would do; whether it could be worked out. */
  preview(): Promise<boolean> {
    const rule = this.rule()
    return this.#work('plan', async () => this.#took(await this.#api.planUserIds(rule), JSON.stringify(rule)))
  }

  /** Shows a plan that was made elsewhere. */
  open(name: string): Promise<boolean> {
    if (name === this.view.get().plan?.plan) return Promise.resolve(true)
    return this.#work('open', async () => {
      const { plan } = await this.#api.userIdRows({ plan: name, state: '', search: '', from: 0, limit: 1 })
      this.#took(plan, '')
    })
  }

  /** Settles a row, or every collision with n -1. */
  settle(n: number, how: UserIDChoice['do'], to = ''): Promise<boolean> {
    const { plan } = this.view.get()
    if (!plan) return Promise.resolve(false)
    return this.#work('settle', async () => {
      this.#change({ plan: await this.#api.settleUserId({ plan: plan.plan, n, do: how, to }) })
      this.rows.moved()
    })
  }

  /** Begins to carry the plan out. */
  apply(): Promise<boolean> {
    const { plan } = this.view.get()
    if (!plan) return Promise.resolve(false)
    return this.#work('apply', async () => {
      const job = await this.#api.applyUserIds(plan.plan)
      this.rows.use('')
      this.#change({ plan: null, planned: '', job: job.seq })
    })
  }

  /** Goes back to the rule, as it stands in the form. */
  forget(): void {
    this.rows.use('')
    this.#change({ plan: null, planned: '', failed: null, job: 0 })
  }

  /** Each page of rows says how its plan stands. What says nothing new is not told: the whole form would be drawn anew as rows scroll by. */
  #came(plan: UserIDPlan): void {
    const known = this.view.get().plan
    if (plan.plan === known?.plan && JSON.stringify(plan) !== JSON.stringify(known)) this.#change({ plan })
  }

  #took(plan: UserIDPlan, planned: string): void {
    this.#change({ plan, planned, job: 0 })
    this.rows.use(plan.plan)
  }

  async #work(work: Work, deed: () => Promise<void>): Promise<boolean> {
    if (this.view.get().working) return false
    this.#change({ working: work, failed: null })
    try {
      await deed()
      this.#change({ working: null })
      return true
    } catch (thrown) {
      this.#change({ working: null, failed: { work, error: toApiError(thrown) } })
      return false
    }
  }

  #change(part: Partial<ConvertView>): void {
    this.view.set({ ...this.view.get(), ...part })
  }
}

/** The conversion that is being prepared in a store. */
export const convertOf = perStore(() => new Convert())
