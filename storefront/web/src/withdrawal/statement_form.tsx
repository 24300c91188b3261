import type { FormEvent } from 'react'
import { buying } from '../language/buying_texts.ts'
import { Button } from '../ui/button.tsx'
import { Choice } from '../ui/choice.tsx'
import { TextArea, TextField } from '../ui/field.tsx'
import { type Faults, type Field, faultsOf, type Statement } from './statement.ts'

export const SHEET = 'grid gap-5 rounded-xl bg-surface p-5 shadow-lift sm:p-7'

/** The first step. */
export function StatementForm({
  said,
  setSaid,
  faults,
  setFaults,
  next,
}: {
  said: Statement
  setSaid: (said: Statement) => void
  faults: Faults
  setFaults: (faults: Faults) => void
  next: () => void
}) {
  const texts = buying.withdraw
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const found = faultsOf(said)
    setFaults(found)
    const [first] = Object.keys(found)
    if (first === undefined) next()
    else (event.currentTarget.elements.namedItem(first) as HTMLElement | null)?.focus()
  }
  const of = (field: Field) => ({
    name: field,
    value: said[field],
    error: faults[field],
    onChange({ currentTarget }: { currentTarget: { value: string } }) {
      setSaid({ ...said, [field]: currentTarget.value })
      const { [field]: _, ...others } = faults
      setFaults(others)
    },
  })
  return (
    <>
      <p className="text-soft">{texts.more}</p>
      <form noValidate onSubmit={submit} aria-label={texts.statement} className={SHEET}>
        <TextField
          {...of('orderNumber')}
          label={texts.orderNumber}
          hint={texts.orderNumberHint}
          autoComplete="off"
          inputMode="numeric"
          required
        />
        <TextField {...of('name')} label={texts.name} autoComplete="name" required />
        <TextField
          {...of('email')}
          label={texts.email}
          hint={texts.emailHint}
          type="email"
          autoComplete="email"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
        <div className="grid gap-1.5">
          <p aria-hidden="true" className="text-sm font-semibold">
            {texts.which}
          </p>
          <Choice
            name="which"
            legend={texts.which}
            options={[
              { value: 'whole', label: texts.whole },
              { value: 'some', label: texts.some },
            ]}
            chosen={said.isWhole ? 'whole' : 'some'}
            choose={(value) => setSaid({ ...said, isWhole: value === 'whole' })}
          />
        </div>
        {!said.isWhole && (
          <TextArea {...of('goods')} label={texts.goods} hint={texts.goodsHint} autoComplete="off" required />
        )}
        <Button type="submit" tone="primary" size="lg">
          {texts.next}
        </Button>
      </form>
    </>
  )
}
