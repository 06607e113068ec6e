"""What the agent does before OpenTelemetry starts, so that it never breaks the application that it is a guest of."""
