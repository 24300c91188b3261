/** Checks that categories are a tree (invariants of domain/category.ts), and that each is found by its slug. */
import { faultsOf } from '@shop/product_service/domain/category'
import type { Stores as ProductStores } from '@shop/product_service/domain/ports'
import type { Check, Finding } from './findings.ts'

export async function checkCategories({ categories, catalogue }: ProductStores): Promise<Check> {
  const { categories: all } = await categories.tree()
  const findings = faultsOf(all).map(
    (fault): Finding => ({
      problem: `In the categories ${fault}.`,
      remedy:
        'Another program changed the store. Move the category to its place on the page Categories of the admin.',
    }),
  )
  for (const { id, slug } of all) {
    const owner = await catalogue.slugOwner(slug)
    if (owner?.id === id && owner.current) continue
    findings.push({
      problem: `The category ${id} is not found at its address ${slug}.`,
      remedy:
        'Another program changed the store. Give the category another address on the page Categories of the admin.',
    })
  }
  return { name: 'Categories', findings, summary: `${all.length} form a tree` }
}
