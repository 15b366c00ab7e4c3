import { createHash } from 'node:crypto'
import { type FaultRule, type FaultScript, faultKinds } from './fault-script.js'

/**
 * Decides what a script does to one subject after another. The same seed, script and order of subjects give the same
 * faults.
 */
export type FaultPlan = {
  /** The rules that hit a call, such as `POST /v1/batches`. */
  ofCall(call: string): FaultRule[]
  /** The rules that hit a batch; decided once, at the first question. */
  ofBatch(batchId: string): FaultRule[]
  /** The rule that hits one line of a batch's results; a line has at most one. */
  ofLine(batchId: string, customId: string): FaultRule | undefined
  /** The how-manieth time a rule is asked about a subject, from 1. */
  look(rule: FaultRule, subject: string): number
}

export function planFaults({ seed, rules }: FaultScript): FaultPlan {
  const counters = rules.map(() => ({ seen: 0, hit: 0 }))
  const batches = new Map<string, { number: number; rules: FaultRule[] }>()
  const looks = new Map<string, number>()

  function hits(kind: 'call' | 'batch' | 'line', subject: string, call = ''): FaultRule[] {
    return rules.filter((rule, index) => {
      if (faultKinds[rule.fault] !== kind || (rule.on !== undefined && !call.startsWith(rule.on)))
        return false
      const counter = counters[index]!
      if (counter.seen++ < rule.after || counter.hit >= (rule.times ?? Infinity)) return false
      if (fraction(seed, index, `${subject} ${counter.seen}`) >= rule.chance) return false
      counter.hit++
      return true
    })
  }

  function batch(id: string): { number: number; rules: FaultRule[] } {
    const known = batches.get(id)
    if (known) return known
    // Ids are random; the order in which batches come is not.
    const number = batches.size + 1
    const decided = { number, rules: hits('batch', `batch ${number}`) }
    batches.set(id, decided)
    return decided
  }

  return {
    ofCall: (call) => hits('call', call, call),
    ofBatch: (id) => batch(id).rules,
    ofLine: (id, customId) => hits('line', `${batch(id).number} ${customId}`)[0],
    look(rule, subject) {
      const key = `${rules.indexOf(rule)} ${subject}`
      const look = (looks.get(key) ?? 0) + 1
      looks.set(key, look)
      return look
    },
  }
}

/** At least 0, less than 1; the same for the same subject. */
function fraction(seed: number, rule: number, subject: string): number {
  const hash = createHash('sha256').update(`${seed}/${rule}/${subject}`).digest()
  return hash.readUInt32BE() / 2 ** 32
}
