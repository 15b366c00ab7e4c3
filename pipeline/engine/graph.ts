import { HemlineError } from '../errors.js'
import type { Asset, Node } from './asset.js'

/** A checked set of nodes: every key is there once, every input is there, and nothing depends on itself. */
export type Graph<R = never> = {
  /** Inputs before what needs them; among equals as declared. */
  readonly nodes: readonly Node<R>[]
  /** @throws Error for a key that is not in the graph: select first. */
  get(key: string): Node<R>
  has(key: string): boolean
  /** Keys of the direct inputs, as declared. */
  inputsOf(key: string): string[]
  /** Keys of what needs it directly. */
  dependentsOf(key: string): string[]
}

const KEY = /^[a-z][a-z0-9_]*$/

/**
 * Checks the nodes of a pipeline and puts them in order.
 *
 * @throws HemlineError `invalid_graph` that names every problem at once, each with its fix: a key twice or malformed, no
 *   description, no code version, an input that is not in the list, a cycle.
 */
export function defineGraph<R>(nodes: readonly Node<R>[]): Graph<R> {
  const problems = [...nodeProblems(nodes), ...inputProblems(nodes)]
  if (problems.length === 0) problems.push(...cycleProblems(nodes))
  if (problems.length > 0) {
    throw new HemlineError({
      code: 'invalid_graph',
      message: `the graph has ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
      hint: 'Mend each in the file that declares it; nothing was run.',
    })
  }
  const byKey = new Map(nodes.map((node) => [node.key, node]))
  return {
    nodes: inOrder(nodes),
    has: (key) => byKey.has(key),
    get(key) {
      const node = byKey.get(key)
      if (!node) throw new Error(`the graph has no node "${key}"`)
      return node
    },
    inputsOf: (key) => inputKeys(byKey.get(key)!),
    dependentsOf: (key) => nodes.filter((node) => inputKeys(node).includes(key)).map((node) => node.key),
  }
}

/** Every key that can be reached from the keys along `next`, at most `layers` steps away, the keys themselves included. */
export function reach(
  keys: Iterable<string>,
  next: (key: string) => string[],
  layers = Infinity,
): Set<string> {
  const reached = new Set(keys)
  let edge = [...reached]
  for (let layer = 0; layer < layers && edge.length > 0; layer++) {
    edge = [...new Set(edge.flatMap(next))].filter((key) => !reached.has(key))
    for (const key of edge) reached.add(key)
  }
  return reached
}

export function inputKeys<R>(node: Node<R>): string[] {
  return node.kind === 'asset' ? Object.values(node.needs).map(({ key }) => key) : []
}

function nodeProblems<R>(nodes: readonly Node<R>[]): string[] {
  const seen = new Set<string>()
  return nodes.flatMap((node) => {
    const problems: string[] = []
    if (!KEY.test(node.key)) {
      problems.push(`"${node.key}" is not a key: use small letters, digits and "_", and begin with a letter`)
    }
    if (seen.has(node.key)) problems.push(`the key "${node.key}" is there twice: rename one of them`)
    seen.add(node.key)
    if (node.describe.trim() === '')
      problems.push(`"${node.key}" does not say what it is: give it a "describe"`)
    if (node.kind === 'asset' && node.codeVersion.trim() === '') {
      problems.push(`"${node.key}" has no code version: give it "1"`)
    }
    return problems
  })
}

function inputProblems<R>(nodes: readonly Node<R>[]): string[] {
  const listed = new Set(nodes)
  const assets = nodes.filter((node): node is Asset<R> => node.kind === 'asset')
  return assets.flatMap((asset) =>
    Object.entries(asset.needs).flatMap(([name, input]) => {
      if (input === undefined) {
        return [`"${asset.key}" needs "${name}", which is undefined: a circular import, or a wrong name`]
      }
      if (listed.has(input)) return []
      return [`"${asset.key}" needs "${input.key}", which is not in the graph: add it to the list`]
    }),
  )
}

function cycleProblems<R>(nodes: readonly Node<R>[]): string[] {
  const inputs = new Map(nodes.map((node) => [node.key, inputKeys(node)]))
  const ended = new Set<string>()
  const cycles: string[] = []
  const visit = (key: string, path: string[]): void => {
    if (path.includes(key)) {
      cycles.push([...path.slice(path.indexOf(key)), key].join(' <- '))
      return
    }
    if (ended.has(key)) return
    for (const input of inputs.get(key) ?? []) visit(input, [...path, key])
    ended.add(key)
  }
  for (const { key } of nodes) visit(key, [])
  return cycles.map((cycle) => `assets need each other in a circle: ${cycle}: take one of these inputs away`)
}

/** Kahn's algorithm, picking the first declared of all that are ready, so that the order never depends on chance. */
function inOrder<R>(nodes: readonly Node<R>[]): Node<R>[] {
  const left = new Set(nodes)
  const placed = new Set<string>()
  const ordered: Node<R>[] = []
  while (left.size > 0) {
    for (const node of left) {
      if (!inputKeys(node).every((key) => placed.has(key))) continue
      left.delete(node)
      placed.add(node.key)
      ordered.push(node)
    }
  }
  return ordered
}
