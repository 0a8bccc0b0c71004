// Times come as RFC 3339 in UTC and are shown in the computer's own zone. What is no time shows nothing.

const formats = new Map<string, Intl.DateTimeFormat>()

function format(language: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${name}`
  let made = formats.get(key)
  if (!made) {
    // The system's own variant of the language says how its people write dates.
    const regional = navigator.languages.find((l) => l.startsWith(language)) ?? language
    made = new Intl.DateTimeFormat(regional, options)
    formats.set(key, made)
  }
  return made
}

function show(at: Date, language: string, name: string, options: Intl.DateTimeFormatOptions): string {
  return Number.isNaN(at.getTime()) ? '' : format(language, name, options).format(at)
}

/** 14:02:11.482, to the millisecond. */
export function clock(iso: string, language: string): string {
  return show(new Date(iso), language, 'clock', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  })
}

/** 14:02:11.482 today, 20 Nov 14:02:11 before, for rows of the list. */
export function rowTime(iso: string, language: string, now = new Date()): string {
  const at = new Date(iso)
  if (at.toDateString() === now.toDateString()) return clock(iso, language)
  return show(at, language, 'row', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
}

/** 14:02 today, otherwise with the date. */
export function when(iso: string, language: string, now = new Date()): string {
  const at = new Date(iso)
  if (at.toDateString() === now.toDateString()) {
    return show(at, language, 'minute', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  }
  return show(at, language, 'day', { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' })
}

/** The whole moment, for the details of a row. */
export function moment(iso: string, language: string): string {
  return show(new Date(iso), language, 'moment', { dateStyle: 'full', timeStyle: 'long', hourCycle: 'h23' })
}

const relatives = new Map<string, Intl.RelativeTimeFormat>()

/** "12 minutes ago", in words that need no seconds: less than a minute reads as just now, which Intl does not have. */
export function ago(iso: string, language: string, now = Date.now()): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(iso)) / 60_000))
  if (Number.isNaN(minutes)) return ''
  const relative = relatives.get(language) ?? new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  relatives.set(language, relative)
  if (minutes < 1) return language.startsWith('de') ? 'eben' : 'just now'
  if (minutes < 60) return relative.format(-minutes, 'minute')
  if (minutes < 48 * 60) return relative.format(-Math.floor(minutes / 60), 'hour')
  return relative.format(-Math.floor(minutes / (24 * 60)), 'day')
}

/** 14:00, for an axis. */
export function hourMark(iso: string, language: string): string {
  return show(new Date(iso), language, 'hour', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
}

/** 3 Mar, 14:00: an hour whose day has to be told. */
export function dayMark(iso: string, language: string): string {
  return show(new Date(iso), language, 'day and hour', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
}

/** 14:02 today, the day alone before, for narrow lists. */
export function brief(iso: string, language: string, now = new Date()): string {
  const at = new Date(iso)
  if (at.toDateString() === now.toDateString()) return hourMark(iso, language)
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const)
  return show(at, language, `brief ${year.year ?? ''}`, { day: 'numeric', month: 'short', ...year })
}
