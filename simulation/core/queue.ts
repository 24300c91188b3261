/** Events in the order of their times; those of one time in the order of their ties, which are random. A binary heap. */
export type Event = { readonly at: number; readonly tie: number; run: (() => void) | undefined }

export type Queue = {
  push(event: Event): void
  /** The next event, which stays in the queue; undefined if none is left. One without `run` was cancelled: it leaves the queue. */
  next(): Event | undefined
  /** Removes the next event. */
  pop(): Event | undefined
}

const isBefore = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.tie < b.tie)

export function createQueue(): Queue {
  const heap: Event[] = []

  const rise = (from: number) => {
    const event = heap[from]!
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = event
  }

  const sink = (event: Event) => {
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
      if (!isBefore(heap[child]!, event)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = event
  }

  const pop = () => {
    const first = heap[0]
    const last = heap.pop()
    if (heap.length > 0) sink(last!)
    return first
  }

  return {
    push: (event) => rise(heap.push(event) - 1),
    next() {
      while (heap.length > 0 && heap[0]!.run === undefined) pop()
      return heap[0]
    },
    pop,
  }
}
