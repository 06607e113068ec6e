"""An agent server, as examples/aks-closed-network deploys one: FastAPI, and a model behind an OpenAI-compatible endpoint. Nothing here starts OpenTelemetry."""
import os

from fastapi import FastAPI
from openai import AsyncOpenAI
from opentelemetry import metrics

app = FastAPI()
model = AsyncOpenAI()
requests = metrics.get_meter("agui").create_counter("agui.agent.request.count", unit="{request}")


@app.get("/healthz")
async def healthz():
    return {"pid": os.getpid()}


@app.post("/agent")
async def agent():
    requests.add(1, {"agent": "agui"})
    answer = await model.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hello"}])
    return {"answer": answer.choices[0].message.content, "pid": os.getpid()}
