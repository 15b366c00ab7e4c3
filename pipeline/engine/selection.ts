import { HemlineError } from '../errors.js'
import { nearestName } from '../nearest-name.js'
import type { Graph } from './graph.js'

/** `2+a+`: up to 2 layers above, the asset, everything below. */
const TERM = /^(?:(?<above>\d*)\+)?(?<key>[^+*\s]+)(?:\+(?<below>\d*))?$/

/**
 * The nodes that expressions mean, in the graph's order: `a`, `a+` with all below it, `+a` with all above it, `1+a+2`
 * with so many layers, `*` for everything; several are joined by commas, or given as several expressions.
 *
 * @param expressions  none mean everything.
 * @throws HemlineError `unknown_asset` with the nearest key, `bad_selection` for what cannot be read.
 */
export function select<R>(graph: Graph<R>, expressions: readonly string[]): string[] {
  const terms = expressions.length === 0 ? ['*'] : expressions.flatMap(termsOf)
  const selected = new Set(terms.flatMap((term) => keysOf(graph, term)))
  return graph.nodes.map(({ key }) => key).filter((key) => selected.has(key))
}

function termsOf(expression: string): string[] {
  const terms = expression.split(',').map((term) => term.trim())
  if (!terms.includes('')) return terms
  throw new HemlineError({
    code: 'bad_selection',
    message:
      terms.length === 1
        ? `the selection "${expression}" is empty`
        : `the selection "${expression}" has a comma with nothing beside it`,
    hint: 'Leave it away to select everything, or name assets: hemline materialize a,b',
  })
}

function keysOf<R>(graph: Graph<R>, term: string): string[] {
  if (term === '*') return graph.nodes.map(({ key }) => key)
  const groups = TERM.exec(term)?.groups
  if (!groups) throw unreadable(term)
  const key = groups['key']!
  if (!graph.has(key)) throw unknownAsset(graph, key)
  return [
    ...graph.upstreamOf([key], layers(groups['above'])),
    ...graph.downstreamOf([key], layers(groups['below'])),
  ]
}

/** Without "+" none, with a bare "+" all. */
function layers(count: string | undefined): number {
  if (count === undefined) return 0
  return count === '' ? Infinity : Number(count)
}

function unreadable(term: string): HemlineError {
  const star = /^(\*?)([^+*\s]+)(\*?)$/.exec(term)
  const meant = star && `${star[1] ? '+' : ''}${star[2]}${star[3] ? '+' : ''}`
  return new HemlineError({
    code: 'bad_selection',
    message: `cannot read "${term}" as a selection`,
    hint: meant
      ? `Layers are written with "+": did you mean "${meant}"?`
      : 'Write a, a+ (with all below), +a (with all above), 1+a+2, or *; join several with commas.',
  })
}

function unknownAsset<R>(graph: Graph<R>, key: string): HemlineError {
  const keys = graph.nodes.map((node) => node.key)
  const nearest = nearestName(key, keys)
  return new HemlineError({
    code: 'unknown_asset',
    message: `no asset "${key}"${nearest ? `; did you mean "${nearest}"?` : ''}`,
    hint: `There are ${keys.join(', ')}.`,
  })
}
