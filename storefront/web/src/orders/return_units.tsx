/** How many units of each line: as many as may still come back. */
import { buying } from '../language/buying_texts.ts'
import { TextField } from '../ui/field.tsx'
import type { ReturnLine } from './returns_query.ts'

export function ReturnUnits({
  lines,
  nameOf,
  units,
  setUnits,
  fault,
}: {
  lines: readonly ReturnLine[]
  nameOf: (productId: string) => string
  units: ReadonlyMap<string, number>
  setUnits: (units: ReadonlyMap<string, number>) => void
  fault: string | undefined
}) {
  const change = (id: string, text: string, most: number) => {
    const count = Math.min(most, Math.max(0, Math.trunc(Number(text)) || 0))
    const others = [...units].filter(([known]) => known !== id)
    setUnits(new Map(count === 0 ? others : [...others, [id, count]]))
  }
  return (
    <div className="grid gap-4">
      {lines
        .filter(({ quantity }) => quantity > 0)
        .map(({ product_id: id, quantity }) => (
          <TextField
            key={id}
            label={nameOf(id)}
            hint={buying.returns.units(quantity)}
            type="number"
            inputMode="numeric"
            min={0}
            max={quantity}
            value={units.get(id) ?? ''}
            onChange={({ currentTarget }) => change(id, currentTarget.value, quantity)}
          />
        ))}
      {fault && (
        <p role="alert" className="text-sm text-bad">
          {fault}
        </p>
      )}
    </div>
  )
}
