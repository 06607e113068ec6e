import sys
from pathlib import Path

IMAGE = Path(__file__).resolve().parent.parent
ROOT = IMAGE.parent.parent
AGENT = IMAGE / "agent"
sys.path.insert(0, str(AGENT))
sys.path.insert(0, str(IMAGE))
