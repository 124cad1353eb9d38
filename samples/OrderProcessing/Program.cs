using OrderProcessing;

return await RunCommand.InvokeAsync(args);
