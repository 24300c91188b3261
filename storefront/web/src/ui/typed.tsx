/**
 * Text that a user typed: a name, a description, a note. It has its own writing direction, and very long words are broken
 * (styles.css: `[dir="auto"]`). Show every such text with this component. Input fields have the same attribute.
 */
import type { ComponentProps } from 'react'

export function Typed({
  as: Tag = 'span',
  ...rest
}: { as?: 'span' | 'p' | 'h2' | 'h3' } & ComponentProps<'span'>) {
  return <Tag {...(rest as object)} dir="auto" />
}
