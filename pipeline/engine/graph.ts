import { HemlineError } from '../errors.js'
import type { Asset, Node } from './asset.js'

/** A checked set of nodes: every key is there once, every input is there, and nothing depends on itself. */
export type Graph<R = never> = {
  /** Each after its inputs; otherwise as declared. */
  readonly nodes: readonly Node<R>[]
  /** @throws Error for a key that is not in the graph: select first. */
  get(key: string): Node<R>
  has(key: string): boolean
  /** Keys of the direct inputs, as declared. */
  inputsOf(key: string): readonly string[]
  /** Keys of what needs it directly, in the graph's order. */
  dependentsOf(key: string): readonly string[]
  /** The keys and everything above them, at most so many layers away. */
  upstreamOf(keys: Iterable<string>, layers?: number): Set<string>
  /** The keys and everything below them, at most so many layers away. */
  downstreamOf(keys: Iterable<string>, layers?: number): Set<string>
}

const KEY = /^[a-z][a-z0-9_]*$/

/**
 * Checks the nodes of a pipeline and puts them in order.
 *
 * @throws HemlineError `invalid_graph` that names every problem at once, each with its fix: a key twice or malformed, no
 *   description, no code version, an input that is not in the list or needed twice, a circle.
 */
export function defineGraph<R>(nodes: readonly Node<R>[]): Graph<R> {
  const problems = [...nodeProblems(nodes), ...inputProblems(nodes)]
  const { ordered, circles } = problems.length === 0 ? inOrder(nodes) : { ordered: [], circles: [] }
  for (const circle of circles) {
    problems.push(`assets need each other in a circle: ${circle.join(' <- ')}: take one of these inputs away`)
  }
  if (problems.length > 0) throw invalidGraph(problems)

  const byKey = new Map(ordered.map((node) => [node.key, node]))
  const inputs = new Map(ordered.map((node) => [node.key, inputKeys(node)]))
  const dependents = new Map<string, string[]>(ordered.map(({ key }) => [key, []]))
  for (const [key, needed] of inputs) for (const input of needed) dependents.get(input)!.push(key)

  function get<T>(of: ReadonlyMap<string, T>, key: string): T {
    const found = of.get(key)
    if (found === undefined) throw new Error(`the graph has no node "${key}"`)
    return found
  }
  const inputsOf = (key: string): readonly string[] => get(inputs, key)
  const dependentsOf = (key: string): readonly string[] => get(dependents, key)
  return {
    nodes: ordered,
    has: (key) => byKey.has(key),
    get: (key) => get(byKey, key),
    inputsOf,
    dependentsOf,
    upstreamOf: (keys, layers) => reach(keys, inputsOf, layers),
    downstreamOf: (keys, layers) => reach(keys, dependentsOf, layers),
  }
}

function invalidGraph(problems: readonly string[]): HemlineError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return new HemlineError({
    code: 'invalid_graph',
    message: `the graph has ${count}:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    hint: 'Mend each in the file that declares it; nothing was run.',
  })
}

function nodeProblems<R>(nodes: readonly (Node<R> | undefined)[]): string[] {
  const seen = new Set<string>()
  return nodes.flatMap((node, index) => {
    if (node === undefined) return [`entry ${index + 1} of the list is undefined: mend the circular import`]
    const { key } = node
    const problems: string[] = []
    if (!KEY.test(key)) {
      problems.push(`"${key}" is not a key: use small letters, digits and "_", and begin with a letter`)
    }
    if (seen.has(key)) problems.push(`the key "${key}" is there twice: rename one of them`)
    seen.add(key)
    if (node.describe.trim() === '') problems.push(`"${key}" does not say what it is: give it a "describe"`)
    if (node.kind === 'asset' && node.codeVersion.trim() === '') {
      problems.push(`"${key}" has no code version: give it "1"`)
    }
    return problems
  })
}

function inputProblems<R>(nodes: readonly (Node<R> | undefined)[]): string[] {
  const listed = new Set(nodes)
  const keys = new Set(nodes.map((node) => node?.key))
  const assets = nodes.filter((node): node is Asset<R> => node?.kind === 'asset')
  return assets.flatMap(({ key, needs }) => {
    const inputs = Object.entries<Node<R> | undefined>(needs)
    return inputs.flatMap(([name, input], index) => {
      if (input === undefined) {
        return [`"${key}" needs "${name}", which is undefined: mend the circular import`]
      }
      if (inputs.findIndex(([, other]) => other === input) < index) {
        return [`"${key}" needs "${input.key}" twice: take "${name}" away`]
      }
      if (listed.has(input)) return []
      if (keys.has(input.key)) {
        return [`"${key}" needs another "${input.key}" than the one in the list: let both be the same object`]
      }
      return [`"${key}" needs "${input.key}", which is not in the graph: add it to the list`]
    })
  })
}

function inputKeys<R>(node: Node<R>): string[] {
  return node.kind === 'asset' ? Object.values(node.needs).map(({ key }) => key) : []
}

/** Goes down every path of inputs once; a node is placed when all of its inputs are. */
function inOrder<R>(nodes: readonly Node<R>[]): { ordered: Node<R>[]; circles: string[][] } {
  const ordered: Node<R>[] = []
  const circles: string[][] = []
  const placed = new Set<Node<R>>()
  const path = new Set<Node<R>>()
  function place(node: Node<R>): void {
    if (placed.has(node)) return
    if (path.has(node)) {
      const keys = [...path].map(({ key }) => key)
      circles.push([...keys.slice(keys.indexOf(node.key)), node.key])
      return
    }
    path.add(node)
    if (node.kind === 'asset') for (const input of Object.values(node.needs)) place(input)
    path.delete(node)
    placed.add(node)
    ordered.push(node)
  }
  for (const node of nodes) place(node)
  return { ordered, circles }
}

function reach(
  keys: Iterable<string>,
  next: (key: string) => readonly string[],
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
