/** Scores of any size become 0 to 100: the largest is 100, or 0 when less is better. Whole numbers, as upstream divides them. */
import { maxNodeScore } from './framework.ts'

export function normalizeScores(scores: number[], { isLessBetter }: { readonly isLessBetter: boolean }): void {
  let most = 0
  for (let i = 0; i < scores.length; i++) most = Math.max(most, scores[i] as number)
  if (most === 0) {
    if (isLessBetter) scores.fill(maxNodeScore)
    return
  }
  for (let i = 0; i < scores.length; i++) {
    const score = Math.trunc((maxNodeScore * (scores[i] as number)) / most)
    scores[i] = isLessBetter ? maxNodeScore - score : score
  }
}
