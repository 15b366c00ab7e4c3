import { Cron } from 'croner'
import { HemlineError } from '../../pipeline/errors.js'

/** When something is due: a cron pattern (five fields, or six with seconds) in a time zone of the IANA database. */
export type Schedule = { cron: string; timeZone: string }

/**
 * The fire times after one instant and up to another, oldest first; of more than `atMost` only the latest.
 *
 * Where a clock is put forward, a time that does not exist fires at the first instant after the gap. Where it is put back,
 * a time of day fires once, while patterns that repeat through the hours keep their distance.
 */
export function fireTimes(
  { cron, timeZone }: Schedule,
  span: { after: Date; until: Date },
  atMost: number,
): Date[] {
  const justAfter = new Date(span.until.getTime() + 1)
  const latest = new Cron(cron, { timezone: timeZone, paused: true }).previousRuns(atMost, justAfter)
  return latest.filter((time) => time > span.after && time <= span.until).toSorted((a, b) => +a - +b)
}

/** The next fire time after an instant; null when there is none (a date that is past). */
export function nextFireTime({ cron, timeZone }: Schedule, after: Date): Date | null {
  return new Cron(cron, { timezone: timeZone, paused: true }).nextRun(after)
}

/** @throws HemlineError `bad_config` for a pattern or a time zone that does not exist, with the value. */
export function checkSchedule({ cron, timeZone }: Schedule, where: string): void {
  try {
    void new Intl.DateTimeFormat('en', { timeZone })
  } catch {
    throw badConfig(
      `${where}: there is no time zone "${timeZone}"`,
      'Name one of the IANA database, such as "Europe/Berlin" or "UTC".',
    )
  }
  try {
    void new Cron(cron, { timezone: timeZone, paused: true })
  } catch (error) {
    throw badConfig(
      `${where}: "${cron}" is not a cron pattern (${(error as Error).message})`,
      'It has five fields: minute, hour, day of month, month, day of week, such as "0 6 * * *".',
    )
  }
}

function badConfig(message: string, hint: string): HemlineError {
  return new HemlineError({ code: 'bad_config', message, hint })
}
