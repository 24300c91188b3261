/**
 * Text that somebody typed: a name, a description, a note. It runs in its own direction, whatever stands around it, and
 * an endless word in it is broken (styles.css: `[dir="auto"]`). Wherever such a text is shown, it is shown by this; and
 * fields to type in have the same attribute.
 */
import type { ComponentProps } from 'react'

export function Typed({ as: Tag = 'span', ...rest }: { as?: 'span' | 'p' | 'h2' } & ComponentProps<'span'>) {
  return <Tag {...(rest as object)} dir="auto" />
}
