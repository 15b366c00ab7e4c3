import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fashionGraph } from '../../../assets/list.js'
import { automationSchema, settleAutomation } from '../../../scheduler/daemon/automation.js'

const automation = suite('automation')

const settle = (assets: object): ReturnType<typeof settleAutomation> =>
  settleAutomation(fashionGraph, automationSchema.parse({ assets }), 'Europe/Berlin')

automation('looks at sources every quarter of an hour, and makes assets when an input changed', () => {
  const { policies, cut_requests, cut_hours, catch_up } = settle({})
  assert.equal(policies.get('images'), { kind: 'cron', cron: '*/15 * * * *', timeZone: 'Europe/Berlin' })
  assert.equal(policies.get('results'), { kind: 'input_changed' })
  assert.equal([cut_requests, cut_hours, catch_up], [100, 6, 'last'])
})

automation('takes a pattern with its own time zone', () => {
  const { policies } = settle({ results: { cron: '0 6 * * 1-5', time_zone: 'Asia/Tokyo' } })
  assert.equal(policies.get('results'), { kind: 'cron', cron: '0 6 * * 1-5', timeZone: 'Asia/Tokyo' })
})

automation('refuses what cannot be, with the value', () => {
  assert.throws(() => settle({ reslts: 'never' }), /"reslts"; did you mean "results"/)
  assert.throws(() => settle({ results: { cron: '0 25 * * *' } }), /"0 25 \* \* \*" is not a cron pattern/)
  assert.throws(() => settle({ results: { cron: 'hourly' } }), /"hourly" is not a cron pattern/)
  assert.throws(
    () => settle({ results: { cron: '0 6 * * *', time_zone: 'Mars/Olympus' } }),
    /no time zone "Mars\/Olympus"/,
  )
  assert.throws(() => settle({ images: 'input_changed' }), /"images": it is a source/)
})

automation.run()
