// POST a WAV file, and the server names the sounds in it.

import { Classifier, SoundError } from "sourcing-sound/node";

let loading: Promise<Classifier> | undefined;

export async function POST(request: Request): Promise<Response> {
  try {
    loading ??= Classifier.load().catch((error: unknown) => {
      // The next request tries again.
      loading = undefined;
      throw error;
    });
    const classifier = await loading;
    const predictions = await classifier.classify(await request.arrayBuffer(), { top: 1, signal: request.signal });
    return Response.json(predictions.map(({ start, end, categories }) => ({ start, end, ...categories[0] })));
  } catch (error) {
    if (!(error instanceof SoundError)) throw error;
    return Response.json({ code: error.code, message: error.message }, { status: 400 });
  }
}
