import type { ReactNode } from 'react'

/** A part of the checkout, labelled by its heading. */
export function CheckoutPart({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="grid gap-5 rounded-xl bg-surface p-5 shadow-rest sm:p-7">
      <h2 id={id} className="text-xl font-semibold">
        {title}
      </h2>
      {children}
    </section>
  )
}
