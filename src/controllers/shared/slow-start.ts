/**
 * Many calls that may all fail for the same reason (quota, admission): one first, then twice as many as succeeded, and none after a failure.
 */
export async function slowStart(
  count: number,
  call: (index: number) => Promise<void>,
): Promise<{ readonly done: number; readonly error?: unknown }> {
  let done = 0
  for (let batch = Math.min(1, count); batch > 0; batch = Math.min(batch * 2, count - done)) {
    const from = done
    const results = await Promise.allSettled(Array.from({ length: batch }, (_, index) => call(from + index)))
    const failures = results.filter((one) => one.status === 'rejected')
    done += batch - failures.length
    if (failures[0] !== undefined) return { done, error: failures[0].reason }
  }
  return { done }
}
