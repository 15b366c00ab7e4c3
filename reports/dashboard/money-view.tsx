import type { JSX } from 'preact'
import { Empty } from './words.js'

export function MoneyView(): JSX.Element {
  return <Empty title="Nothing was spent yet" command="hemline cost" />
}
