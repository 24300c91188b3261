/** What a way of shipping costs, by weight and price of the goods. */
import { admin } from '../../language/admin_texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { type BandDraft, type Faults, hasGap, type MethodDraft, newBand } from './draft.ts'

const ROW = 'grid gap-3 sm:grid-cols-[1fr_1fr_1fr_auto]'

export function Bands({
  method,
  path,
  faults,
  currency,
  set,
}: {
  method: MethodDraft
  path: string
  faults: Faults
  currency: string
  set: (next: Partial<MethodDraft>) => void
}) {
  const texts = admin.checkout
  const { bands } = method
  const change = (key: number, next: Partial<BandDraft>) =>
    set({ bands: bands.map((band) => (band.key === key ? { ...band, ...next } : band)) })
  return (
    <div className="grid gap-3">
      <p className="text-sm text-soft">{texts.bandsMore}</p>
      <ul aria-label={texts.bands} className="grid gap-3">
        {bands.map((band, i) => (
          <li key={band.key} className={`${ROW} rounded-lg bg-sunken p-3`}>
            <TextField
              label={texts.weight}
              value={band.weight}
              placeholder={texts.anyWeight}
              inputMode="numeric"
              autoComplete="off"
              error={faults[`${path}/prices/${i}/weight_up_to_grams`]}
              onChange={({ currentTarget }) => change(band.key, { weight: currentTarget.value })}
            />
            <TextField
              label={texts.from(currency)}
              value={band.from}
              inputMode="decimal"
              autoComplete="off"
              error={faults[`${path}/prices/${i}/goods_from`]}
              onChange={({ currentTarget }) => change(band.key, { from: currentTarget.value })}
            />
            <TextField
              label={texts.price(currency)}
              value={band.price}
              inputMode="decimal"
              autoComplete="off"
              error={faults[`${path}/prices/${i}/price`]}
              onChange={({ currentTarget }) => change(band.key, { price: currentTarget.value })}
            />
            <IconButton
              icon="trash"
              label={texts.removeBand(i + 1)}
              className="self-start sm:mt-6"
              disabled={bands.length === 1}
              onClick={() => set({ bands: bands.filter(({ key }) => key !== band.key) })}
            />
          </li>
        ))}
      </ul>
      {faults[`${path}/prices`] && (
        <p role="alert" className="text-sm text-bad">
          {faults[`${path}/prices`]}
        </p>
      )}
      {hasGap(method) && <p className="text-sm text-soft">{texts.gap}</p>}
      <Button
        size="sm"
        icon="plus"
        className="justify-self-start"
        onClick={() => set({ bands: [...bands, newBand()] })}
      >
        {texts.addBand}
      </Button>
    </div>
  )
}
