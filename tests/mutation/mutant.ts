/** A small change of a source file that some test should notice. */
export type Mutant = {
  /** The same for the same change of the same text, so that results can be saved. */
  readonly id: string
  readonly path: string
  readonly line: number
  readonly start: number
  readonly end: number
  readonly kind: string
  readonly original: string
  readonly replacement: string
}

export type Change = Pick<Mutant, 'start' | 'end' | 'kind' | 'replacement'>
