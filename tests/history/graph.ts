/** A directed graph with numbered nodes and edges, in flat arrays: millions of both fit into memory. */

export type Edge = { readonly from: number; readonly to: number; readonly by: number }

/** The reason of an edge to the next version of the same thing, or the next moment. */
export const NEXT_ONE = -1

export type Graph = {
  /** `by` names the reason. */
  add(from: number, to: number, by: number): void
  /**
   * A cycle that is short to read, undefined if there is none: with few edges, of which those of NEXT_ONE do not count, and
   * follow each other as one.
   */
  cycle(): readonly Edge[] | undefined
}

/** Nodes from which the shortest way back is looked for. */
const STARTS_MAX = 50

export function createGraph(nodes: number): Graph {
  let froms = new Int32Array(1024)
  let tos = new Int32Array(1024)
  let reasons = new Int32Array(1024)
  let edges = 0
  const grown = (array: Int32Array<ArrayBuffer>) => {
    const larger = new Int32Array(array.length * 2)
    larger.set(array)
    return larger
  }

  /** Edges sorted by their first node: those of node n are from `starts[n]` up to `starts[n + 1]`. */
  const byFrom = () => {
    const starts = new Int32Array(nodes + 1)
    for (let edge = 0; edge < edges; edge++) starts[froms[edge]! + 1]!++
    for (let node = 0; node < nodes; node++) starts[node + 1]! += starts[node]!
    const next = starts.slice()
    const sorted = new Int32Array(edges)
    for (let edge = 0; edge < edges; edge++) sorted[next[froms[edge]!]!++] = edge
    return { starts, sorted }
  }

  return {
    add(from, to, by) {
      if (edges === froms.length) {
        froms = grown(froms)
        tos = grown(tos)
        reasons = grown(reasons)
      }
      froms[edges] = from
      tos[edges] = to
      reasons[edges++] = by
    },
    cycle() {
      const { starts, sorted } = byFrom()
      const left = withoutEnds(starts, sorted)
      if (left.length === 0) return undefined
      const inside = new Uint8Array(nodes)
      for (const node of left) inside[node] = 1
      let best: Edge[] | undefined
      for (const start of left.slice(0, STARTS_MAX)) {
        const found = wayBack(start, inside, starts, sorted)
        if (found && (best === undefined || found.length < best.length)) best = found
      }
      // None of the first is on a cycle itself: then follow edges until a node comes again.
      return best ?? joined(follow(left[0]!, inside, starts, sorted))
    },
  }

  /** The nodes that remain when those without an incoming edge are removed, again and again: none without a cycle. */
  function withoutEnds(starts: Int32Array, sorted: Int32Array): number[] {
    const incoming = new Int32Array(nodes)
    for (let edge = 0; edge < edges; edge++) incoming[tos[edge]!]!++
    const outgoing = new Int32Array(nodes)
    const queue = new Int32Array(nodes)
    let [head, tail] = [0, 0]
    for (let node = 0; node < nodes; node++) if (incoming[node] === 0) queue[tail++] = node
    while (head < tail) {
      const node = queue[head++]!
      for (let i = starts[node]!; i < starts[node + 1]!; i++) {
        const to = tos[sorted[i]!]!
        if (--incoming[to]! === 0) queue[tail++] = to
      }
    }
    if (tail === nodes) return []
    // And those without an outgoing edge into what is left.
    const left = new Uint8Array(nodes).fill(1)
    for (let i = 0; i < tail; i++) left[queue[i]!] = 0
    for (let edge = 0; edge < edges; edge++)
      if (left[froms[edge]!] && left[tos[edge]!]) outgoing[froms[edge]!]!++
    return [...left.keys()].filter((node) => left[node] === 1 && outgoing[node]! > 0)
  }

  /** The shortest cycle through `start`. */
  function wayBack(
    start: number,
    inside: Uint8Array,
    starts: Int32Array,
    sorted: Int32Array,
  ): Edge[] | undefined {
    const cameBy = new Map<number, number>()
    /** Nodes to visit, after each number of edges that count. */
    let [border, next]: number[][] = [[start], []]
    while (border!.length > 0) {
      for (let node = border!.pop(); node !== undefined; node = border!.pop()) {
        for (let i = starts[node]!; i < starts[node + 1]!; i++) {
          const edge = sorted[i]!
          const to = tos[edge]!
          if (inside[to] === 0 || cameBy.has(to)) continue
          cameBy.set(to, edge)
          if (to === start) return joined(pathTo(start, cameBy))
          if (reasons[edge] === NEXT_ONE) border!.push(to)
          else next!.push(to)
        }
      }
      ;[border, next] = [next, []]
    }
    return undefined
  }

  /** Edges of NEXT_ONE that follow each other are one. */
  function joined(path: readonly Edge[]): Edge[] {
    const edges: Edge[] = []
    for (const edge of path) {
      const before = edges.at(-1)
      if (before?.by === NEXT_ONE && edge.by === NEXT_ONE)
        edges[edges.length - 1] = { ...before, to: edge.to }
      else edges.push(edge)
    }
    return edges
  }

  function pathTo(start: number, cameBy: ReadonlyMap<number, number>): Edge[] {
    const path: Edge[] = []
    let node = start
    do {
      const edge = cameBy.get(node)!
      path.unshift({ from: froms[edge]!, to: tos[edge]!, by: reasons[edge]! })
      node = froms[edge]!
    } while (node !== start)
    return path
  }

  function follow(start: number, inside: Uint8Array, starts: Int32Array, sorted: Int32Array): Edge[] {
    const cameBy = new Map<number, number>()
    for (let node = start; ; ) {
      let chosen = -1
      for (let i = starts[node]!; i < starts[node + 1]! && chosen < 0; i++) {
        if (inside[tos[sorted[i]!]!] === 1) chosen = sorted[i]!
      }
      node = tos[chosen]!
      if (cameBy.has(node)) {
        cameBy.set(node, chosen)
        return pathTo(node, cameBy)
      }
      cameBy.set(node, chosen)
    }
  }
}
