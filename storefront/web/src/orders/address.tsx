/** A postal address, line by line. */
import type { Order } from '../api/types.ts'
import { currentLocale } from '../language/formats.ts'
import { Typed } from '../ui/typed.tsx'

type AddressOf = NonNullable<Order['checkout']>['address']

export function Address({ address, className }: { address: AddressOf; className?: string }) {
  const { name, organization, lines, postal_code, city, region, country } = address
  const names = new Intl.DisplayNames([currentLocale()], { type: 'region' })
  const shown = [
    ...[name, organization, ...lines],
    [postal_code, city, region].filter(Boolean).join(' '),
    names.of(country) ?? country,
  ]
  return (
    <address className={`grid not-italic ${className ?? ''}`}>
      {shown.filter(Boolean).map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one address, which never changes.
        <Typed key={i}>{line}</Typed>
      ))}
    </address>
  )
}
